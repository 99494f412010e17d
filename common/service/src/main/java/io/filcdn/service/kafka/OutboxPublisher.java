package io.filcdn.service.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A publisher that sends an outbox to Kafka, oldest first, at least once: a row is forgotten in the
 * transaction that read it, after its records were acknowledged, and a batch that failed is sent
 * again as a whole. One process sends at a time, so that the last record of a key in Kafka is the
 * newest. It therefore keeps its transaction open while it sends.
 *
 * @param <M> a row of the outbox
 */
public final class OutboxPublisher<M> {

  private final OutboxTable<M> table;
  private final OneSender sender;
  private final KafkaPublisher kafka;
  private final int atOnce;
  private final MeterRegistry metrics;
  private final String counter;

  /**
   * @param atOnce how many rows are sent in one transaction
   * @param counter the metric of records that Kafka acknowledged, by topic
   */
  public OutboxPublisher(
      OutboxTable<M> table,
      OneSender sender,
      KafkaPublisher kafka,
      int atOnce,
      MeterRegistry metrics,
      String counter) {
    this.table = table;
    this.sender = sender;
    this.kafka = kafka;
    this.atOnce = atOnce;
    this.metrics = metrics;
    this.counter = counter;
  }

  /**
   * Sends all that waits, unless another process is doing so.
   *
   * @throws RuntimeException where Kafka or the database failed; what was not sent goes on waiting
   */
  public void publish() {
    Optional<Integer> sent;
    do {
      sent = publishSome();
    } while (sent.equals(Optional.of(atOnce)));
  }

  /**
   * Sends what waits, up to one batch.
   *
   * @return how many rows that were; empty where another process is sending
   * @throws RuntimeException where Kafka or the database failed; the batch goes on waiting
   */
  public Optional<Integer> publishSome() {
    Optional<Turn> turn = sender.call(this::turn);
    turn.ifPresent(
        done ->
            done.records.forEach(r -> metrics.counter(counter, "topic", r.topic()).increment()));
    return turn.map(Turn::rows);
  }

  private record Turn(int rows, List<ProducerRecord<String, String>> records) {}

  private Turn turn(Connection connection) throws SQLException {
    List<M> rows = table.oldest(connection, atOnce);
    if (rows.isEmpty()) {
      return new Turn(0, List.of());
    }
    List<ProducerRecord<String, String>> records = table.records(connection, rows);
    kafka.send(records);
    table.forget(connection, rows);
    return new Turn(rows.size(), records);
  }
}
