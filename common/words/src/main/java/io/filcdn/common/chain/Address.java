package io.filcdn.common.chain;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A 20-byte account or contract address of an EVM chain.
 *
 * @param hex {@code 0x} and 40 lower-case hex digits, so that two spellings of one address are
 *     equal
 */
public record Address(String hex) {

  public static final Address ZERO = new Address("0x" + "0".repeat(40));

  public Address {
    Hex.requireLowerCase(hex, 20, "an address");
  }

  /**
   * Reads an address in any letter case.
   *
   * @throws IllegalArgumentException where the text is not {@code 0x} and 40 hex digits
   */
  @JsonCreator
  public static Address of(String text) {
    return new Address(Hex.normalise(text, 20, "an address"));
  }

  @JsonValue
  @Override
  public String toString() {
    return hex;
  }
}
