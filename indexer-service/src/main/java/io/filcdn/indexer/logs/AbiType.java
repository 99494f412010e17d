package io.filcdn.indexer.logs;

import java.math.BigInteger;
import java.util.Arrays;

/** A type of the contract ABI that events use, and how its values are read. */
enum AbiType {
  /** A {@link BigInteger}. */
  UINT256("uint256"),
  /** A {@link BigInteger}, too. */
  UINT8("uint8"),
  /** A {@link Boolean}. */
  BOOL("bool"),
  /** A {@link String} of hex digits. */
  ADDRESS("address"),
  /** A list of {@link BigInteger}. */
  UINT256S("uint256[]"),
  /** A list of {@link String}. */
  STRINGS("string[]"),
  /** A list of byte arrays. */
  BYTESES("bytes[]"),
  /** A struct of bytes alone, read as a byte array. */
  BYTES_STRUCT("(bytes)");

  private final String solidity;

  AbiType(String solidity) {
    this.solidity = solidity;
  }

  /**
   * The type that Solidity spells like this; a struct is its members' types in parentheses.
   *
   * @throws IllegalArgumentException where it is not known here
   */
  static AbiType of(String solidity) {
    return Arrays.stream(values())
        .filter(type -> type.solidity.equals(solidity))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("expected a known type, found \"" + solidity + "\""));
  }

  /**
   * The value whose word stands at {@code at}.
   *
   * @throws IllegalArgumentException where the data does not hold one
   */
  Object read(AbiData data, int at) {
    return switch (this) {
      case UINT256, UINT8 -> data.number(at);
      case BOOL -> data.flag(at);
      case ADDRESS -> data.address(at);
      case UINT256S -> data.array(at, AbiData::number);
      case STRINGS -> data.array(at, AbiData::text);
      case BYTESES -> data.array(at, AbiData::bytes);
      case BYTES_STRUCT -> data.behind(at).bytes(0);
    };
  }
}
