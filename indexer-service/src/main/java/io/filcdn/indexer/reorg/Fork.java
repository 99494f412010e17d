package io.filcdn.indexer.reorg;

import io.filcdn.indexer.projection.ChainStep;

/** The relation of a node's chain to the one that the index stands on. */
public sealed interface Fork {

  /** No fork, as far as the node's chain reaches. */
  record None() implements Fork {}

  /**
   * A fork: the node's chain left the index's.
   *
   * @param step takes the index back to where both agree
   * @param depth how many block numbers that is
   */
  record At(ChainStep.Reorg step, long depth) implements Fork {}

  /**
   * A difference in a block that was final. Nothing may be repaired silently here.
   *
   * @param found what was expected and what was found
   */
  record BeyondFinality(String found) implements Fork {}
}
