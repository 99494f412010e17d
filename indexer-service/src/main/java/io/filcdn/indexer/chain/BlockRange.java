package io.filcdn.indexer.chain;

import io.filcdn.common.chain.BlockNumber;

/**
 * The block numbers to read next, both ends included. Some may be null rounds.
 *
 * @param limit up to where {@code to} may move where it is a null round; a block stands there
 * @param isFinal whether no block up to {@code limit} can change any more
 */
public record BlockRange(BlockNumber from, BlockNumber to, BlockNumber limit, boolean isFinal) {

  public BlockRange {
    if (from.compareTo(to) > 0 || to.compareTo(limit) > 0) {
      throw new IllegalArgumentException(
          "expected from <= to <= limit, found %s, %s, %s".formatted(from, to, limit));
    }
  }

  /** True where blocks up to its limit are left behind it. */
  public boolean isBeforeItsLimit() {
    return to.compareTo(limit) < 0;
  }

  /** The number of block numbers that it holds. */
  public long size() {
    return to.value() - from.value() + 1;
  }
}
