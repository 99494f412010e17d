package io.filcdn.indexer.store;

import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.EventPosition;
import io.filcdn.indexer.chain.LoggedEvent;
import java.util.Set;

/**
 * An event as the log keeps it.
 *
 * @param affected the entities that it affects; at least one
 */
public record LogEntry(LoggedEvent logged, Set<Entity> affected) {

  public LogEntry {
    affected = Set.copyOf(affected);
  }

  EventPosition position() {
    return logged.position();
  }
}
