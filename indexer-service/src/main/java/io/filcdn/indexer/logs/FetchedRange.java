package io.filcdn.indexer.logs;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.projection.ChainStep;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The outcome of reading a range. */
public sealed interface FetchedRange {

  /**
   * The range, whole.
   *
   * @param step what it does to the index
   * @param unknown logs that tell the index nothing
   * @param isFinal whether none of its blocks can change any more
   */
  record Fetched(ChainStep.Advance step, int unknown, boolean isFinal) implements FetchedRange {

    /**
     * The steps that it means for the index: final blocks that were just read are final in it, too.
     *
     * @param before the newest block that was final in the index until now
     */
    public List<ChainStep> steps(Tip tip, Optional<BlockNumber> before) {
      Optional<ChainStep.Finalize> finalize =
          isFinal ? ChainStep.Finalize.of(tip, step.last().number(), before) : Optional.empty();
      return Stream.<ChainStep>concat(Stream.of(step), finalize.stream()).toList();
    }

    /** This range and {@code next}, which follows it, as one. */
    public Fetched followedBy(Fetched next) {
      return new Fetched(
          step.followedBy(next.step), unknown + next.unknown, isFinal && next.isFinal);
    }
  }

  /** A refusal: the node does not answer for a range of this length. */
  record Refused(String reason) implements FetchedRange {}

  /** A chain that moved while it was read, or is not the one that the index stands on. */
  record Moved(String found) implements FetchedRange {}
}
