package io.filcdn.retrieval.bytes;

import io.netty.util.AsciiString;
import java.util.Base64;

/**
 * The SHA-256 of all bytes of a piece.
 *
 * @param value as {@code Repr-Digest} has it (RFC 9530): {@code sha-256=:…:}
 */
public record ReprDigest(AsciiString value) {

  private static final String PREFIX = "sha-256=:";
  private static final String SUFFIX = ":";
  private static final int BYTES = 32;

  /**
   * The digest of 32 bytes.
   *
   * @throws IllegalArgumentException where there are more or fewer
   */
  public static ReprDigest sha256(byte[] digest) {
    if (digest.length != BYTES) {
      throw new IllegalArgumentException(
          "expected a SHA-256 of %d bytes, found %d".formatted(BYTES, digest.length));
    }
    return new ReprDigest(
        new AsciiString(PREFIX + Base64.getEncoder().encodeToString(digest) + SUFFIX));
  }

  /** The 32 bytes. */
  public byte[] bytes() {
    return Base64.getDecoder()
        .decode(value.toString(PREFIX.length(), value.length() - SUFFIX.length()));
  }
}
