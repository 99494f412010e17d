package io.filcdn.indexer.publish;

import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.KafkaPublisher.NotPublishedException;
import io.filcdn.service.kafka.OneSender;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The session that the publishing process holds. It stays the one while Kafka does not take its
 * records: another could do no better, and readiness tells of whoever holds it.
 */
public final class PublishingSession implements OneSender {

  private final ExclusiveSession session;

  public PublishingSession(ExclusiveSession session) {
    this.session = session;
  }

  @Override
  public <T> Optional<T> call(Database.Work<T> work) {
    if (!session.hold()) {
      return Optional.empty();
    }
    AtomicReference<@Nullable NotPublishedException> unpublished = new AtomicReference<>();
    Optional<T> done =
        session.inTransaction(
            connection -> {
              try {
                return Optional.of(work.in(connection));
              } catch (NotPublishedException e) {
                connection.rollback();
                unpublished.set(e);
                return Optional.<T>empty();
              }
            });
    NotPublishedException failure = unpublished.get();
    if (failure != null) {
      throw failure;
    }
    return done;
  }
}
