package io.filcdn.metrics.quota;

import io.filcdn.common.lease.LeaseRequest.Ask;

/**
 * The part of a quota that an edge is given at once: all that it needs, or nothing; and of what it
 * would like in advance a part of what is free, so that one edge does not take all from the others.
 *
 * @param shareInAdvance the part, as 1 / shareInAdvance
 */
public record LeaseSize(long shareInAdvance) {

  public LeaseSize {
    if (shareInAdvance < 1) {
      throw new IllegalArgumentException("expected a share of at least 1, found " + shareInAdvance);
    }
  }

  /**
   * The number of bytes to give.
   *
   * @param acquired the sum that the edge was given so far
   * @param free what nobody holds and nobody used; below 0 where a reorg took a top-up back
   */
  long of(Ask ask, long acquired, long free) {
    long wanted = ask.acquired().bytes() - acquired;
    long needed = Math.max(0, ask.needed().bytes() - acquired);
    if (wanted <= 0 || free <= 0 || needed > free) {
      return 0;
    }
    return needed + Math.min(wanted - needed, (free - needed) / shareInAdvance);
  }
}
