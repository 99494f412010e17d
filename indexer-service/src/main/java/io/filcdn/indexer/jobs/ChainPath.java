package io.filcdn.indexer.jobs;

import io.filcdn.indexer.rpc.ChainNode;
import io.filcdn.indexer.rpc.NodeFailedException;

/** The path from a node's chain to the index. */
public interface ChainPath {

  /** True where another node than the usual one is to be asked next. */
  boolean isAnotherNodeDue();

  /**
   * Looks at a node's chain, and takes the index at most one step closer to it.
   *
   * @throws NodeFailedException where the node does not answer, or contradicts what was read before
   */
  IndexingLoop.Turn follow(ChainNode node);
}
