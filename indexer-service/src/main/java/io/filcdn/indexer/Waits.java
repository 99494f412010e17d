package io.filcdn.indexer;

import io.filcdn.indexer.rpc.NodeFailedException;

/**
 * A count of the looks in a row at which a node's answers did not fit together, so that nothing was
 * taken: as when the chain moves while it is read, or the node is behind. A few pass by themselves.
 * After them each counts as a failure of the node, so that another one is asked, and where there is
 * none the indexer says what it waits for. For one thread, but for {@link #inARow}.
 */
final class Waits {

  /** So many looks may end so without it being the node's failure. */
  private static final int PATIENCE = 3;

  private volatile int inARow;

  /**
   * Counts one more.
   *
   * @throws NodeFailedException where there were too many in a row
   */
  void await(String found) {
    inARow = Math.min(inARow, PATIENCE) + 1;
    if (inARow > PATIENCE) {
      throw new NodeFailedException(found + ", at more than %d looks in a row".formatted(PATIENCE));
    }
  }

  /** Something was taken, or there is nothing to take. */
  void end() {
    inARow = 0;
  }

  /** The number of them in a row until now, counted no further than matters. */
  int inARow() {
    return inARow;
  }
}
