package io.filcdn.metrics.publish;

import io.filcdn.metrics.odometer.Odometer;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.publish.PostgresDeadLetters.Waiting;
import io.filcdn.metrics.quota.QuotaThresholdMonitor;
import io.filcdn.service.database.AdvisoryLock;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.OneSender;
import io.filcdn.service.kafka.OutboxPublisher;
import io.filcdn.service.kafka.OutboxTable;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;

/**
 * The messages that transactions left to be told to others: changed odometers, the thresholds that
 * quotas crossed with them, and dead letters. Each is sent at least once, however often a process
 * ends between sending and remembering that it sent.
 *
 * <p>One process sends at a time, each odometer with the values of that moment, so that the last
 * record of a key in Kafka is the newest.
 */
public final class Outbox {

  private static final AdvisoryLock PUBLISHING = AdvisoryLock.of(0x75736167_65000001L);
  private static final String COUNTER = "filcdn.published";

  private final OutboxPublisher<Odometer> usage;
  private final OutboxPublisher<Waiting> deadLetters;

  /**
   * @param atOnce how many odometers or dead letters are sent in one transaction
   */
  public Outbox(
      Database database,
      QuotaThresholdMonitor watch,
      Optional<Webhooks> webhooks,
      KafkaPublisher kafka,
      int atOnce,
      MeterRegistry metrics) {
    OneSender sender = OneSender.in(database, PUBLISHING);
    OutboxTable<Odometer> changes = new UsageOutbox(new PostgresOdometers(), watch, webhooks);
    this.usage = new OutboxPublisher<>(changes, sender, kafka, atOnce, metrics, COUNTER);
    this.deadLetters =
        new OutboxPublisher<>(
            new DeadLetterOutbox(new PostgresDeadLetters()),
            sender,
            kafka,
            atOnce,
            metrics,
            COUNTER);
  }

  /**
   * Sends all that waits, unless another process is doing so.
   *
   * @throws RuntimeException where Kafka or Postgres failed; what was not sent goes on waiting
   */
  public void publish() {
    usage.publish();
    deadLetters.publish();
  }
}
