package io.filcdn.common.chain;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The 32-byte hash that names a block; two blocks of one number differ in it after a reorg.
 *
 * @param hex {@code 0x} and 64 lower-case hex digits
 */
public record BlockHash(String hex) {

  public BlockHash {
    Hex.requireLowerCase(hex, 32, "a block hash");
  }

  /**
   * Reads a hash in any letter case.
   *
   * @throws IllegalArgumentException where the text is not {@code 0x} and 64 hex digits
   */
  @JsonCreator
  public static BlockHash of(String text) {
    return new BlockHash(Hex.normalise(text, 32, "a block hash"));
  }

  @JsonValue
  @Override
  public String toString() {
    return hex;
  }
}
