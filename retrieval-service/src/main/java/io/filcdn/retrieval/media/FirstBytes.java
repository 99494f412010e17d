package io.filcdn.retrieval.media;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The first bytes of a piece that comes part by part, which tell what it is. Confined to whoever
 * brings them.
 */
public final class FirstBytes {

  private final ByteBuffer head;

  /**
   * @param size of the piece, in bytes
   */
  public FirstBytes(long size) {
    this.head = ByteBuffer.allocate((int) Math.min(ContentType.SNIFFED, size));
  }

  /**
   * Takes the next bytes of the piece, until they tell its media type.
   *
   * @return the type; empty where more has to come
   */
  public Optional<String> add(ByteBuffer bytes) {
    head.put(bytes.slice(bytes.position(), Math.min(bytes.remaining(), head.remaining())));
    return head.hasRemaining() ? Optional.empty() : Optional.of(ContentType.of(head.array()));
  }
}
