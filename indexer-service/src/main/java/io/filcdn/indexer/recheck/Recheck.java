package io.filcdn.indexer.recheck;

import io.filcdn.indexer.projection.ChainStep;
import java.util.List;

/** The outcome of reading blocks once more. */
public sealed interface Recheck {

  /** A recheck without blocks to read. */
  record Nothing() implements Recheck {}

  /**
   * Blocks that could not be read as they are in the index, as when the chain moves meanwhile: they
   * have to be read again before anything else.
   *
   * @param found what was expected and what was found
   */
  record Moved(String found) implements Recheck {}

  /** Blocks that hold what the index has; {@code steps} says what is final by that. */
  record Same(List<ChainStep> steps) implements Recheck {
    public Same {
      steps = List.copyOf(steps);
    }
  }

  /**
   * A difference between the index and the chain.
   *
   * @param steps put it right, in one transaction
   * @param found what was expected and what was found
   */
  record Differs(List<ChainStep> steps, String found) implements Recheck {
    public Differs {
      steps = List.copyOf(steps);
    }
  }
}
