package io.filcdn.metrics.quota;

import io.filcdn.common.piece.ByteCount;

/**
 * The holding of a journal in one quota, as sums since it began.
 *
 * @param acquired what it was given
 * @param returned what it gave back; at most what it was given
 * @param applied what its records have used, or its edge says
 */
public record Holding(ByteCount acquired, ByteCount returned, ByteCount applied) {

  /** The holding of a journal that was never given anything. */
  public static final Holding NONE = new Holding(ByteCount.ZERO, ByteCount.ZERO, ByteCount.ZERO);

  /**
   * The bytes that it holds: given, not given back, and not used. None, where it used more than
   * that.
   */
  public long held() {
    return Math.max(0, acquired.bytes() - returned.bytes() - applied.bytes());
  }

  /** After it gave back a sum, of which no more counts than it was given. */
  Holding returned(ByteCount told) {
    ByteCount possible = told.compareTo(acquired) < 0 ? told : acquired;
    return possible.compareTo(returned) > 0 ? new Holding(acquired, possible, applied) : this;
  }

  /** After it gave back a sum, of which no more counts than it was given and did not use. */
  Holding returnedUnused(ByteCount told) {
    long unused = acquired.bytes() - applied.bytes();
    return returned(ByteCount.of(Math.min(told.bytes(), unused)));
  }

  /** After its edge told what it used, of which no more counts than it was given and kept. */
  Holding used(ByteCount told) {
    long possible = Math.min(told.bytes(), acquired.bytes() - returned.bytes());
    return possible > applied.bytes()
        ? new Holding(acquired, returned, ByteCount.of(possible))
        : this;
  }

  /** After it was given more. */
  Holding given(long more) {
    return new Holding(acquired.plus(ByteCount.of(more)), returned, applied);
  }
}
