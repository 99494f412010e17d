package io.filcdn.indexer.health;

import io.filcdn.indexer.rpc.NodeFailedException;

/**
 * The count of consecutive reads at which a node's answers did not fit together, so that nothing
 * was taken: as when the chain moves while it is read, or the node is behind. A few pass by
 * themselves. After them each counts as a failure of the node, so that another one is asked, and
 * where there is none the indexer says what it waits for. For one thread, but for {@link
 * #consecutive}.
 */
final class InconsistentReads {

  /** So many in a row may end so without it being the node's failure. */
  private static final int TOLERATED = 3;

  private volatile int consecutive;

  /**
   * Counts one more.
   *
   * @throws NodeFailedException where there were too many in a row
   */
  void count(String found) {
    consecutive = Math.min(consecutive, TOLERATED) + 1;
    if (consecutive > TOLERATED) {
      throw new NodeFailedException(
          found + ", at more than %d looks in a row".formatted(TOLERATED));
    }
  }

  /** Begins to count anew: steps were taken, or there are none to take. */
  void reset() {
    consecutive = 0;
  }

  /** The number of them in a row, counted no further than matters. */
  int consecutive() {
    return consecutive;
  }
}
