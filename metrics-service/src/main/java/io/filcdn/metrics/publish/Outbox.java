package io.filcdn.metrics.publish;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.metrics.odometer.Odometer;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.publish.KafkaPublisher.Message;
import io.filcdn.metrics.publish.PostgresDeadLetters.Waiting;
import io.filcdn.metrics.quota.QuotaThresholdMonitor;
import io.filcdn.service.database.AdvisoryLock;
import io.filcdn.service.database.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The messages that transactions left to be told to others: changed odometers, the thresholds that
 * quotas crossed with them, and dead letters. Each is sent at least once, however often a process
 * ends between sending and remembering that it sent.
 *
 * <p>One process sends odometers at a time, each with the values of that moment, so that the last
 * record of a key in Kafka is the newest. It therefore keeps its transaction open while it sends.
 */
public final class Outbox {

  private static final AdvisoryLock PUBLISHING_USAGE = AdvisoryLock.of(0x75736167_65000001L);

  private final Database database;
  private final PostgresOdometers odometers;
  private final PostgresDeadLetters deadLetters;
  private final QuotaThresholdMonitor watch;
  private final Optional<Webhooks> webhooks;
  private final KafkaPublisher kafka;
  private final int atOnce;
  private final MeterRegistry metrics;

  /**
   * @param atOnce how many records are sent in one transaction
   */
  public Outbox(
      Database database,
      PostgresOdometers odometers,
      PostgresDeadLetters deadLetters,
      QuotaThresholdMonitor watch,
      Optional<Webhooks> webhooks,
      KafkaPublisher kafka,
      int atOnce,
      MeterRegistry metrics) {
    this.database = database;
    this.odometers = odometers;
    this.deadLetters = deadLetters;
    this.watch = watch;
    this.webhooks = webhooks;
    this.kafka = kafka;
    this.atOnce = atOnce;
    this.metrics = metrics;
  }

  /**
   * Sends all that waits, unless another process is doing so.
   *
   * @throws RuntimeException where Kafka or Postgres failed; what was not sent goes on waiting
   */
  public void publish() {
    sendAll(Topic.USAGE, this::sendOdometers);
    sendAll(Topic.DEAD_LETTERS, this::sendDeadLetters);
  }

  private void sendAll(Topic topic, Database.Work<Integer> sendSome) {
    int sent;
    do {
      sent = database.call(sendSome);
      metrics.counter("filcdn.published", "topic", topic.topicName()).increment(sent);
    } while (sent == atOnce);
  }

  private int sendOdometers(Connection connection) throws SQLException {
    if (!PUBLISHING_USAGE.tryIn(connection)) {
      return 0;
    }
    List<Odometer> changed = odometers.unpublished(connection, atOnce);
    kafka.send(
        Topic.USAGE,
        changed.stream()
            .map(
                odometer ->
                    new Message(odometer.dataSet().toString(), RecordJson.write(odometer.usage())))
            .toList());
    List<QuotaRecord> crossed = watch.look(connection, changed);
    kafka.send(
        Topic.QUOTA,
        crossed.stream()
            .map(record -> new Message(record.dataSet().toString(), RecordJson.write(record)))
            .toList());
    if (webhooks.isPresent()) {
      webhooks.get().add(connection, crossed);
    }
    odometers.markPublished(connection, changed);
    return changed.size();
  }

  private int sendDeadLetters(Connection connection) throws SQLException {
    List<Waiting> waiting = deadLetters.unpublished(connection, atOnce);
    kafka.send(
        Topic.DEAD_LETTERS,
        waiting.stream().map(letter -> new Message(letter.sourceTopic(), letter.json())).toList());
    deadLetters.markPublished(connection, waiting);
    return waiting.size();
  }
}
