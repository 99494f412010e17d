package io.filcdn.common.chain;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The 32-byte hash that names a transaction.
 *
 * @param hex {@code 0x} and 64 lower-case hex digits
 */
public record TxHash(String hex) {

  public TxHash {
    Hex.requireLowerCase(hex, 32, "a transaction hash");
  }

  /**
   * Reads a hash in any letter case.
   *
   * @throws IllegalArgumentException where the text is not {@code 0x} and 64 hex digits
   */
  @JsonCreator
  public static TxHash of(String text) {
    return new TxHash(Hex.normalise(text, 32, "a transaction hash"));
  }

  @JsonValue
  @Override
  public String toString() {
    return hex;
  }
}
