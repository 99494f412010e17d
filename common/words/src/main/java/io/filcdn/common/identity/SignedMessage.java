package io.filcdn.common.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.digest.Digests;
import java.nio.ByteBuffer;

/**
 * The bytes that an edge signs. What a signature is for is part of them, so that none of one kind
 * can pass for another.
 */
public final class SignedMessage {

  /** The header of a {@code filcdn.egress} record that holds its edge's signature, in Base64. */
  public static final String EGRESS_HEADER = "filcdn-signature";

  private static final byte[] EGRESS = "filcdn.egress.v1\n".getBytes(UTF_8);

  private SignedMessage() {}

  /**
   * The signed bytes of an egress record: the SHA-256 of its value as it is sent, which names the
   * edge, the journal, the partition and the sequence.
   */
  public static byte[] egress(byte[] value) {
    return joined(EGRESS, Digests.sha256(value));
  }

  /**
   * The signed bytes of a request.
   *
   * @param path it is posted to
   * @param at when, in milliseconds since 1970
   */
  static byte[] request(String path, String edge, long at, String body) {
    String head = "filcdn.request.v1\n%s\n%s\n%d\n".formatted(path, edge, at);
    return joined(head.getBytes(UTF_8), body.getBytes(UTF_8));
  }

  private static byte[] joined(byte[] one, byte[] other) {
    return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
  }
}
