package io.filcdn.indexer.reorg;

import io.filcdn.indexer.projection.ChainStep;

/** Whether a node's chain is the one that the index stands on. */
public sealed interface Fork {

  /** It is, as far as the node's chain reaches. */
  record None() implements Fork {}

  /**
   * It left the index's chain.
   *
   * @param step takes the index back to where both agree
   * @param depth how many block numbers that is
   */
  record At(ChainStep.Reorg step, long depth) implements Fork {}

  /**
   * It differs in a block that was final. Nothing may be repaired silently here.
   *
   * @param found what was expected and what was found
   */
  record BeyondFinality(String found) implements Fork {}
}
