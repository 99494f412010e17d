package io.filcdn.metrics.publish;

import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.publish.PostgresDeadLetters.Waiting;
import io.filcdn.service.kafka.OutboxTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The dead letters that Kafka does not have. */
final class DeadLetterOutbox implements OutboxTable<Waiting> {

  private final PostgresDeadLetters letters;

  DeadLetterOutbox(PostgresDeadLetters letters) {
    this.letters = letters;
  }

  @Override
  public List<Waiting> oldest(Connection connection, int limit) throws SQLException {
    return letters.unpublished(connection, limit);
  }

  @Override
  public List<ProducerRecord<String, String>> records(
      Connection connection, List<Waiting> waiting) {
    List<ProducerRecord<String, String>> records = new ArrayList<>();
    for (Waiting letter : waiting) {
      records.add(
          new ProducerRecord<>(
              Topic.DEAD_LETTERS.topicName(), letter.sourceTopic(), letter.json()));
    }
    return records;
  }

  @Override
  public void forget(Connection connection, List<Waiting> sent) throws SQLException {
    letters.markPublished(connection, sent);
  }
}
