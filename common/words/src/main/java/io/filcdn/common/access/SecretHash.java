package io.filcdn.common.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.filcdn.common.digest.Digests;
import java.util.HexFormat;

/**
 * The SHA-256 (FIPS 180-4) of a secret text with 256 random bits, which is what is kept of it:
 * nobody finds the text by it, however fast the hash.
 *
 * @param hex 64 lower-case hex digits
 */
public record SecretHash(String hex) {

  private static final int DIGITS = 64;

  public SecretHash {
    if (hex.length() != DIGITS || !areDigits(hex)) {
      throw new IllegalArgumentException("expected a SHA-256 in 64 lower-case hex digits");
    }
  }

  /** A loop: each request with a token makes a hash, and a stream takes as long as all the rest. */
  private static boolean areDigits(String hex) {
    for (int i = 0; i < hex.length(); i++) {
      char c = hex.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads a hash.
   *
   * @throws IllegalArgumentException where the text is none; the message does not show it, as it
   *     may be a secret
   */
  @JsonCreator
  public static SecretHash ofHex(String hex) {
    return new SecretHash(hex);
  }

  /** The hash of a secret. */
  public static SecretHash of(String secret) {
    return new SecretHash(HexFormat.of().formatHex(Digests.sha256(secret.getBytes(US_ASCII))));
  }

  /** True where the two are the same; in a time that does not tell where they differ. */
  public boolean isSameAs(SecretHash other) {
    int difference = 0;
    for (int i = 0; i < DIGITS; i++) {
      difference |= hex.charAt(i) ^ other.hex.charAt(i);
    }
    return difference == 0;
  }

  @JsonValue
  @Override
  public String toString() {
    return hex;
  }
}
