package io.filcdn.indexer.publish;

import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.OneSender;
import java.util.Optional;

/**
 * The session that the publishing process holds. A process whose records Kafka does not take gives
 * it up, so that another may try.
 */
public final class PublishingSession implements OneSender {

  private final ExclusiveSession session;

  public PublishingSession(ExclusiveSession session) {
    this.session = session;
  }

  @Override
  public <T> Optional<T> call(Database.Work<T> work) {
    return session.hold() ? Optional.of(session.inTransaction(work::in)) : Optional.empty();
  }
}
