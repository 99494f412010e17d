package io.filcdn.indexer.chain;

import io.filcdn.common.chain.BlockNumber;
import java.util.Comparator;

/** The position of an event on the chain: its block, and its log's index within the block. */
public record EventPosition(BlockNumber block, long logIndex) implements Comparable<EventPosition> {

  private static final Comparator<EventPosition> IN_CHAIN_ORDER =
      Comparator.comparing(EventPosition::block).thenComparingLong(EventPosition::logIndex);

  public EventPosition {
    if (logIndex < 0) {
      throw new IllegalArgumentException("expected a log index of at least 0, found " + logIndex);
    }
  }

  @Override
  public int compareTo(EventPosition other) {
    return IN_CHAIN_ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return block + "#" + logIndex;
  }
}
