package io.filcdn.indexer.store;

import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.EventPosition;
import io.filcdn.indexer.chain.LoggedEvent;
import java.util.Set;

/**
 * An event as the log keeps it.
 *
 * @param concerned whom it concerns; somebody
 */
public record LogEntry(LoggedEvent logged, Set<Entity> concerned) {

  public LogEntry {
    concerned = Set.copyOf(concerned);
  }

  EventPosition position() {
    return logged.position();
  }
}
