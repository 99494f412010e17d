package io.filcdn.retrieval.bytes;

import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.refusal.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a piece, as far as they are here: all of them, or those that a fill has brought so
 * far. Safe for use by several threads. Whoever got one closes it.
 *
 * <pre>
 *            first byte            all are here, and right
 *  AWAITED -------------> ARRIVING -----------------------> VERIFIED
 *     |                      |
 *     | no byte comes        | wrong, or no more come
 *     +----------------------+----------------------------> FAILED
 * </pre>
 *
 * <p>The bytes of a cached piece are VERIFIED from the first.
 */
public interface PieceBytes extends AutoCloseable {

  /** The state of the bytes. */
  enum State {
    /** Nothing has come yet; the response's status is still open. */
    AWAITED,
    /** Bytes are coming. */
    ARRIVING,
    /** All bytes are here and are the piece. */
    VERIFIED,
    /** No more bytes will come, and those that came are not to be trusted. */
    FAILED
  }

  /** The state now. */
  State state();

  /**
   * The reason that no byte came, where the state went from {@link State#AWAITED} to {@link
   * State#FAILED}; empty where bytes came and were wrong.
   */
  Optional<Problem> problem();

  /** The provider that supplied the first of them; empty where they were here before. */
  Optional<ProviderId> supplier();

  /**
   * The media type that the piece's first bytes suggest; known once a byte was read, but empty
   * where the first ones are not here.
   */
  Optional<String> contentType();

  /** The SHA-256 of the whole piece, where it is known. */
  default Optional<ReprDigest> digest() {
    return Optional.empty();
  }

  /** The number of bytes from the first on that can be read now. */
  long readable();

  /**
   * The end of what can be read now from {@code position} on without a gap; less where that byte is
   * not here.
   */
  default long readableFrom(long position) {
    return readable();
  }

  /** True where each readable byte is verified; else {@link State#VERIFIED} tells for all. */
  default boolean isVerifiedAsItComes() {
    return false;
  }

  /** True where more comes only once what is here is read; else all comes, and the verdict. */
  default boolean waitsForReader() {
    return false;
  }

  /**
   * Reads some of the readable bytes; may block on the disk.
   *
   * @return how many, at least one where {@code to} has room and the position is readable
   */
  int read(ByteBuffer to, long position) throws IOException;

  /**
   * Bytes from {@code position} on that lie in memory, as many as lie together; null where they
   * have to be read. Never blocks. Whoever gets them releases them.
   */
  default @Nullable ByteBuf resident(long position) {
    return null;
  }

  /**
   * Reads some of the readable bytes into memory; may block on the disk. Whoever gets them releases
   * them.
   *
   * @param most how many are wanted; they may be fewer, at least one, and where more lie together,
   *     more
   */
  default ByteBuf read(long position, int most) throws IOException {
    ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer(most, most);
    try {
      ByteBuffer to = bytes.nioBuffer(0, most);
      while (to.hasRemaining()) {
        read(to, position + to.position());
      }
      return bytes.writerIndex(most);
    } catch (Throwable e) {
      bytes.release();
      throw e;
    }
  }

  /**
   * Has {@code listener} called whenever {@link #state} or {@link #readable} may have changed, on
   * any thread, until it is unsubscribed.
   */
  void subscribe(Runnable listener);

  /** Ends a subscription; unknown listeners are ignored. */
  void unsubscribe(Runnable listener);

  @Override
  void close();
}
