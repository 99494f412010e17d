package io.filcdn.settlement.publish;

import io.agroal.api.AgroalDataSource;
import io.filcdn.service.database.AdvisoryLock;
import io.filcdn.service.database.Database;
import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.KafkaPublisher.NotPublishedException;
import io.filcdn.service.kafka.OneSender;
import io.filcdn.service.kafka.OutboxPublisher;
import io.filcdn.settlement.ledger.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import org.jboss.logging.Logger;

/** The publisher of the ledger's outbox. */
@Singleton
public final class LedgerPublisher {

  private static final Logger LOG = Logger.getLogger(LedgerPublisher.class);
  private static final AdvisoryLock SENDING_LOCK = AdvisoryLock.of(0x46696C43444E02L);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int AT_ONCE = 100;

  private final KafkaPublisher kafka;
  private final OutboxPublisher<Outbox.Letter> publisher;

  LedgerPublisher(
      Outbox outbox,
      AgroalDataSource database,
      @Identifier("default-kafka-broker") Map<String, Object> broker,
      MeterRegistry metrics) {
    this.kafka = KafkaPublisher.to(broker, "filcdn-settlement", TIMEOUT);
    this.publisher =
        new OutboxPublisher<>(
            outbox,
            OneSender.in(new Database(database), SENDING_LOCK),
            kafka,
            AT_ONCE,
            metrics,
            "filcdn.settlement.published");
  }

  /** Sends all that is there; what fails is left for the next time. */
  public void publish() {
    try {
      publisher.publish();
    } catch (NotPublishedException | DatabaseException e) {
      LOG.warnf("the outbox waits: %s", e.getMessage());
    }
  }

  @PreDestroy
  void close() {
    kafka.close();
  }
}
