package io.filcdn.settlement.model;

import com.fasterxml.jackson.annotation.JsonValue;

/** The number of a transaction within this ledger; later ones are larger. */
public record TransactionId(@JsonValue long number) {

  /**
   * Reads it as it is written in requests.
   *
   * @throws IllegalArgumentException where it cannot be one
   */
  public static TransactionId of(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("expected the number of a transaction");
    }
    return new TransactionId(Long.parseLong(text));
  }

  @Override
  public String toString() {
    return Long.toString(number);
  }
}
