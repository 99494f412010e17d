package io.filcdn.indexer.hint;

import io.filcdn.common.chain.BlockNumber;
import java.util.Optional;

/** A listener that is told that there may be something new on the chain. */
@FunctionalInterface
public interface HintListener {

  /**
   * Takes a hint. For any thread; returns at once.
   *
   * @param block where it may be; empty for the head
   */
  void hint(Optional<BlockNumber> block);
}
