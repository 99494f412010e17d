package io.filcdn.indexer.projection;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.IndexedBlock;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.chain.UndecodableLog;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A step of the chain, by what it does to the index. */
public sealed interface ChainStep {

  /**
   * New blocks on the chain.
   *
   * @param blocks those whose hashes are known, in order, the last one of the range at the end; a
   *     final range names only that
   * @param events all events of the range that the index knows, in order
   * @param undecodable logs that should have been events
   */
  record Advance(
      List<IndexedBlock> blocks, List<LoggedEvent> events, List<UndecodableLog> undecodable)
      implements ChainStep {
    public Advance {
      blocks = List.copyOf(blocks);
      events = List.copyOf(events);
      undecodable = List.copyOf(undecodable);
    }

    /** The block that the index then stands at. */
    public IndexedBlock last() {
      return blocks.getLast();
    }

    /** This step and {@code next}, which follows it, as one. */
    public Advance followedBy(Advance next) {
      return new Advance(
          joined(blocks, next.blocks),
          joined(events, next.events),
          joined(undecodable, next.undecodable));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
      return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** The part after {@code number}; it holds at least the last block. */
    public Advance after(BlockNumber number) {
      return new Advance(
          blocks.stream().filter(block -> block.number().compareTo(number) > 0).toList(),
          events.stream().filter(e -> e.position().block().compareTo(number) > 0).toList(),
          undecodable.stream()
              .filter(kept -> kept.log().position().block().compareTo(number) > 0)
              .toList());
    }
  }

  /**
   * Logs of contracts that the index did not read before, in blocks that it stands on; some of them
   * it may hold already.
   *
   * @param events in order
   * @param undecodable logs that should have been events
   */
  record Supplement(List<LoggedEvent> events, List<UndecodableLog> undecodable)
      implements ChainStep {
    public Supplement {
      events = List.copyOf(events);
      undecodable = List.copyOf(undecodable);
    }
  }

  /**
   * The loss of the blocks after {@code ancestor}, which the chain does not have; without an
   * ancestor, of all blocks.
   */
  record Reorg(Optional<BlockNumber> ancestor) implements ChainStep {}

  /**
   * An operator's decision that the chain changed below finality: the index goes back to {@code
   * to}, whose hash is the new chain's, and forgets which blocks it had taken before.
   */
  record Rewind(IndexedBlock to) implements ChainStep {}

  /** The finality of blocks up to {@code last}, which cannot change any more. */
  record Finalize(BlockNumber last) implements ChainStep {

    /**
     * The step that the node's finality means for the index.
     *
     * @param indexed the newest block of the index
     * @param before the newest one that was final until now
     * @return empty where nothing becomes final; finality never goes back
     */
    public static Optional<Finalize> of(
        Tip tip, BlockNumber indexed, Optional<BlockNumber> before) {
      return tip.finalNumber()
          .map(last -> last.compareTo(indexed) < 0 ? last : indexed)
          .filter(last -> before.isEmpty() || before.get().compareTo(last) < 0)
          .map(Finalize::new);
    }

    /** True where a block becomes final by it, or was before. */
    public boolean holds(BlockNumber number) {
      return number.compareTo(last) <= 0;
    }
  }
}
