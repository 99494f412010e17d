package io.filcdn.service.kafka;

import io.filcdn.service.database.AdvisoryLock;
import io.filcdn.service.database.Database;
import java.util.Optional;

/** The transactions in which an outbox is sent, under a lock that one process holds at a time. */
public interface OneSender {

  /** Does {@code work} in a transaction; empty where another process is sending. */
  <T> Optional<T> call(Database.Work<T> work);

  /** A sender that holds {@code lock} for each transaction. */
  static OneSender in(Database database, AdvisoryLock lock) {
    return new OneSender() {
      @Override
      public <T> Optional<T> call(Database.Work<T> work) {
        return database.call(
            connection ->
                lock.tryIn(connection) ? Optional.of(work.in(connection)) : Optional.empty());
      }
    };
  }
}
