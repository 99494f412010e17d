package io.filcdn.indexer.publish;

import io.filcdn.indexer.postgres.DatabaseFailedException;
import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.indexer.publish.Outbox.Message;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * A publisher that sends the outbox to Kafka, oldest first, at least once: a row leaves the table
 * only after its record was acknowledged, and a batch that failed is sent again as a whole. Records
 * of one key go to one partition, by the producer's default partitioner, and in order. For one
 * thread.
 */
public final class OutboxPublisher {

  private static final int COUNTED_AT_MOST = 10_000;

  private final ExclusiveSession session;
  private final Producer<String, String> producer;
  private final int batch;
  private final MeterRegistry metrics;
  private final AtomicInteger waiting;

  /**
   * @param producer gives up on a record after a time of its own ({@code delivery.timeout.ms})
   * @param batch how many records are in flight at most
   */
  public OutboxPublisher(
      ExclusiveSession session,
      Producer<String, String> producer,
      int batch,
      MeterRegistry metrics) {
    this.session = session;
    this.producer = producer;
    this.batch = batch;
    this.metrics = metrics;
    this.waiting = metrics.gauge("filcdn.indexer.outbox.rows", new AtomicInteger());
  }

  /** The outcome of a turn. */
  public sealed interface Outcome {
    /** A turn that sent that many records; there may be more. */
    record Published(int records) implements Outcome {}

    /** A turn without work, as nothing waits. */
    record Idle() implements Outcome {}

    /** A turn without work, as another process publishes. */
    record Standby() implements Outcome {}

    /**
     * A failed turn: Kafka did not take the records, or the database is away; they stay in the
     * outbox.
     */
    record Failed(String reason) implements Outcome {}
  }

  /** Sends what waits, up to one batch. */
  public Outcome publish() throws InterruptedException {
    try {
      return session.hold() ? publishBatch() : new Outcome.Standby();
    } catch (DatabaseFailedException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    } catch (ExecutionException e) {
      return new Outcome.Failed(String.valueOf(e.getCause()));
    }
  }

  private Outcome publishBatch() throws InterruptedException, ExecutionException {
    List<Message> messages =
        session.inTransaction(
            connection -> {
              Outbox outbox = new Outbox(connection);
              waiting.set(outbox.waiting(COUNTED_AT_MOST));
              return outbox.first(batch);
            });
    if (messages.isEmpty()) {
      return new Outcome.Idle();
    }
    send(messages);
    session.inTransaction(
        connection -> {
          new Outbox(connection).remove(messages);
          return messages.size();
        });
    messages.forEach(
        m ->
            metrics
                .counter("filcdn.indexer.published", "topic", m.topic().topicName())
                .increment());
    return new Outcome.Published(messages.size());
  }

  /** Returns when all were acknowledged. */
  private void send(List<Message> messages) throws InterruptedException, ExecutionException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (Message message : messages) {
      Future<RecordMetadata> acknowledgement =
          producer.send(
              new ProducerRecord<>(
                  message.topic().topicName(), message.key(), message.value().orElse(null)));
      if (acknowledgement.isDone()) {
        // without a broker each send blocks before it fails: one is enough to know
        acknowledgement.get();
      }
      sent.add(acknowledgement);
    }
    producer.flush();
    for (Future<RecordMetadata> acknowledgement : sent) {
      acknowledgement.get();
    }
  }
}
