package io.filcdn.settlement.intake;

import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.ledger.Outbox;
import io.filcdn.settlement.replica.TopicTables;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.narayana.jta.QuarkusTransactionException;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.reactive.messaging.kafka.KafkaConnector;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.PersistenceException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.jboss.logging.Logger;

/**
 * The reading of the topics into the tables, one batch and one database transaction at a time.
 * Where the database does not take a batch, the same is tried again until it does; Kafka waits
 * meanwhile.
 */
@ApplicationScoped
public class Intake {

  private static final Logger LOG = Logger.getLogger(Intake.class);
  private static final long RETRY_SECONDS = 1;

  private final TopicTables tables;
  private final TopicProgress progress;
  private final Outbox outbox;
  private final Alarms alarms;
  private final Clock clock;
  private final CountDownLatch stopping = new CountDownLatch(1);

  Intake(TopicTables tables, TopicProgress progress, Outbox outbox, Alarms alarms, Clock clock) {
    this.tables = tables;
    this.progress = progress;
    this.outbox = outbox;
    this.alarms = alarms;
    this.clock = clock;
  }

  /** Ends the readers here, as the database is closed before Quarkus does it by itself. */
  void stop(
      @Observes ShutdownEvent event,
      @Connector(KafkaConnector.CONNECTOR_NAME) KafkaConnector kafka) {
    stopping.countDown();
    kafka.terminate(event);
  }

  @Incoming("usage")
  @Blocking
  void usage(ConsumerRecords<String, String> records) throws InterruptedException {
    read(records, UsageRecord.class, tables::keepUsage);
  }

  @Incoming("data-sets")
  @Blocking
  void dataSets(ConsumerRecords<String, String> records) throws InterruptedException {
    read(records, DataSetRecord.class, tables::keepDataSets);
  }

  @Incoming("payers")
  @Blocking
  void payers(ConsumerRecords<String, String> records) throws InterruptedException {
    read(records, PayerRecord.class, payers -> tables.keepPayers(payers, clock.instant()));
  }

  private <T> void read(
      ConsumerRecords<String, String> records, Class<T> type, Consumer<List<T>> keep)
      throws InterruptedException {
    do {
      try {
        QuarkusTransaction.requiringNew().run(() -> store(records, type, keep));
        for (TopicPartition partition : records.partitions()) {
          progress.readUpTo(partition, next(records, partition));
        }
        return;
      } catch (PersistenceException | QuarkusTransactionException e) {
        LOG.warnf(
            "the database does not take %d records of %s: %s",
            records.count(), records.partitions(), e.getMessage());
      }
    } while (!stopping.await(RETRY_SECONDS, TimeUnit.SECONDS));
  }

  private <T> void store(
      ConsumerRecords<String, String> records, Class<T> type, Consumer<List<T>> keep) {
    List<T> values = new ArrayList<>();
    for (ConsumerRecord<String, String> record : records) {
      read(record, type).ifPresent(values::add);
    }
    if (!values.isEmpty()) {
      keep.accept(values);
    }
    for (TopicPartition partition : records.partitions()) {
      tables.keepOffset(partition.topic(), partition.partition(), next(records, partition));
    }
  }

  private <T> Optional<T> read(ConsumerRecord<String, String> record, Class<T> type) {
    if (record.value() == null) {
      // a tombstone: no topic has them; neither a data set nor its bytes can be undone
      return Optional.empty();
    }
    try {
      return Optional.of(RecordJson.read(record.value(), type));
    } catch (IllegalArgumentException e) {
      String message = Optional.ofNullable(e.getMessage()).orElse("unreadable");
      outbox.add(
          new DeadLetter(
              "settlement",
              record.topic(),
              record.partition(),
              record.offset(),
              Optional.ofNullable(record.key()),
              Optional.of(record.value()),
              "unreadable",
              message,
              clock.instant()));
      alarms.raise(
          Alarm.UNREADABLE_RECORD,
          "topic=%s partition=%d offset=%d %s"
              .formatted(record.topic(), record.partition(), record.offset(), message));
      return Optional.empty();
    }
  }

  private static long next(ConsumerRecords<String, String> records, TopicPartition partition) {
    return records.records(partition).getLast().offset() + 1;
  }
}
