package io.filcdn.indexer.projection;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.EventPosition;
import io.filcdn.indexer.chain.LoggedEvent;
import java.util.ArrayList;
import java.util.List;

/** Events in the order in which a chain had them. */
final class History {

  private final List<LoggedEvent> events = new ArrayList<>();

  /** Adds a block with events in it. */
  History block(long number, ChainEvent... inIt) {
    for (int i = 0; i < inIt.length; i++) {
      events.add(
          new LoggedEvent(
              new EventPosition(new BlockNumber(number), i),
              BlockHash.of("0x%064x".formatted(number)),
              TxHash.of("0x%064x".formatted(number)),
              inIt[i]));
    }
    return this;
  }

  List<LoggedEvent> events() {
    return List.copyOf(events);
  }
}
