package io.filcdn.settlement.ledger;

import com.fasterxml.jackson.annotation.JsonValue;

/** Names a transaction within this ledger; later ones are larger. */
public record TransactionId(@JsonValue long number) {

  @Override
  public String toString() {
    return Long.toString(number);
  }
}
