package io.filcdn.indexer.recheck;

import io.filcdn.indexer.projection.ChainStep;
import java.util.List;

/** What reading blocks once more has shown. */
public sealed interface Recheck {

  /** Nothing was to be read. */
  record Nothing() implements Recheck {}

  /**
   * The blocks could not be read as they are in the index, as when the chain moves meanwhile: they
   * have to be read again before anything else.
   *
   * @param found what was expected and what was found
   */
  record Moved(String found) implements Recheck {}

  /** The blocks hold what the index has; {@code steps} says what is final by that. */
  record Same(List<ChainStep> steps) implements Recheck {
    public Same {
      steps = List.copyOf(steps);
    }
  }

  /**
   * The index differs from the chain.
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
