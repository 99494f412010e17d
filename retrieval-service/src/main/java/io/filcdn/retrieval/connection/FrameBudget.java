package io.filcdn.retrieval.connection;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The frames that an HTTP/2 client may still send without getting anything for them. It grows with
 * the bytes that the client takes, so that whoever downloads may acknowledge as it likes, and
 * slowly with time. Confined to one thread.
 */
final class FrameBudget {

  /** The budget that a connection begins with, and that time alone brings it up to. */
  static final int INITIAL = 1_000;

  /** The most that may be gathered by taking bytes. */
  static final int MOST = 20_000;

  private static final int BYTES_A_FRAME = 1 << 10;
  private static final long NANOS_A_FRAME = TimeUnit.MILLISECONDS.toNanos(100);

  private final LongSupplier nanoTime;
  private long frames = INITIAL;
  private long bytes;
  private long refilledAt;

  FrameBudget(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.refilledAt = nanoTime.getAsLong();
  }

  /**
   * Takes some.
   *
   * @return whether there were so many left
   */
  boolean take(int count) {
    if (frames < count) {
      refill();
    }
    if (frames < count) {
      return false;
    }
    frames -= count;
    return true;
  }

  private void refill() {
    long grown = (nanoTime.getAsLong() - refilledAt) / NANOS_A_FRAME;
    frames = Math.min(INITIAL, frames + grown);
    refilledAt += grown * NANOS_A_FRAME;
  }

  /** Takes some, or all that is left. */
  void charge(int count) {
    frames = Math.max(0, frames - count);
  }

  /** Gives one frame back: it was worth its cost. */
  void giveBack() {
    frames = Math.min(MOST, frames + 1);
  }

  /** The client was sent so many bytes. */
  void sent(long count) {
    bytes += count;
    frames = Math.min(MOST, frames + bytes / BYTES_A_FRAME);
    bytes %= BYTES_A_FRAME;
  }
}
