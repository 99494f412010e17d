package io.filcdn.indexer.publish;

import io.filcdn.indexer.publish.Outbox.Message;
import io.filcdn.service.kafka.OutboxTable;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The outbox as it is published, with a gauge of how much of it waits. */
public final class WaitingMessages implements OutboxTable<Message> {

  private static final int COUNTED_AT_MOST = 10_000;

  private final AtomicInteger waiting;

  public WaitingMessages(MeterRegistry metrics) {
    this.waiting =
        Objects.requireNonNull(metrics.gauge("filcdn.indexer.outbox.rows", new AtomicInteger()));
  }

  @Override
  public List<Message> oldest(Connection connection, int limit) throws SQLException {
    Outbox outbox = new Outbox(connection);
    waiting.set(outbox.waiting(COUNTED_AT_MOST));
    return outbox.first(limit);
  }

  /** Records of one key go to one partition, by the producer's default partitioner. */
  @Override
  public List<ProducerRecord<String, String>> records(
      Connection connection, List<Message> messages) {
    return messages.stream().map(WaitingMessages::record).toList();
  }

  private static ProducerRecord<String, String> record(Message message) {
    return new ProducerRecord<>(
        message.topic().topicName(), message.key(), message.value().orElse(null));
  }

  @Override
  public void forget(Connection connection, List<Message> sent) throws SQLException {
    new Outbox(connection).remove(sent);
  }
}
