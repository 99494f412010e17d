package io.filcdn.indexer.projection;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.Block;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.Tip;
import io.filcdn.indexer.chain.UndecodableLog;
import java.util.List;
import java.util.Optional;

/** What the chain can do to the index. */
public sealed interface ChainStep {

  /**
   * The chain is longer.
   *
   * @param blocks those whose hashes are known, in order, the last one of the range at the end; a
   *     final range names only that
   * @param events all events of the range that the index knows, in order
   * @param undecodable logs that should have been events
   */
  record Advance(List<Block> blocks, List<LoggedEvent> events, List<UndecodableLog> undecodable)
      implements ChainStep {
    public Advance {
      blocks = List.copyOf(blocks);
      events = List.copyOf(events);
      undecodable = List.copyOf(undecodable);
    }

    /** The block that the index then stands at. */
    public Block last() {
      return blocks.getLast();
    }
  }

  /** The blocks after {@code ancestor} are no longer on the chain; without an ancestor, none is. */
  record Reorg(Optional<BlockNumber> ancestor) implements ChainStep {}

  /** Blocks up to {@code last} cannot change any more. */
  record Finalize(BlockNumber last) implements ChainStep {

    /**
     * What the node's finality means for the index.
     *
     * @param indexed the newest block of the index
     * @param before the newest one that was final until now
     * @return empty where nothing becomes final; finality never goes back
     */
    public static Optional<ChainStep> of(
        Tip tip, BlockNumber indexed, Optional<BlockNumber> before) {
      return tip.finalNumber()
          .map(last -> last.compareTo(indexed) < 0 ? last : indexed)
          .filter(last -> before.isEmpty() || before.get().compareTo(last) < 0)
          .map(Finalize::new);
    }
  }
}
