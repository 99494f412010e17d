package io.filcdn.service.kafka;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A service's table of what waits for Kafka. Each method works in the publisher's transaction.
 *
 * @param <M> a row that waits
 */
public interface OutboxTable<M> {

  /** The rows that have waited longest, at most {@code limit}. */
  List<M> oldest(Connection connection, int limit) throws SQLException;

  /** The records that tell of {@code rows}, in the order in which they are sent. */
  List<ProducerRecord<String, String>> records(Connection connection, List<M> rows)
      throws SQLException;

  /** Forgets that {@code rows} wait: Kafka has their records. */
  void forget(Connection connection, List<M> rows) throws SQLException;
}
