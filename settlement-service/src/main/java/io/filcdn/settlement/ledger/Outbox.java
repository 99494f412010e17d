package io.filcdn.settlement.ledger;

import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.service.database.Columns;
import io.filcdn.service.kafka.OutboxTable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Kafka records that are stored with what they tell, and sent afterwards: a crash can send one
 * twice, but never lose one.
 */
@ApplicationScoped
public class Outbox implements OutboxTable<Outbox.Letter> {

  private static final String OLDEST =
      "select id, topic, record_key, record_value from outbox order by id limit ?";

  /** A record to send. */
  public record Letter(long id, String topic, String key, String value) {}

  /** Stores an event for {@code filcdn.settlement}, in the caller's database transaction. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void add(SettlementRecord event) {
    add(Topic.SETTLEMENT, event.dataSet().toString(), event);
  }

  /** Stores what could not be read, in the caller's database transaction. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void add(DeadLetter letter) {
    add(Topic.DEAD_LETTERS, letter.topic(), letter);
  }

  private static void add(Topic topic, String key, Object value) {
    OutboxRow row = new OutboxRow();
    row.topic = topic.topicName();
    row.key = key;
    row.value = RecordJson.write(value);
    row.persist();
  }

  @Override
  public List<Letter> oldest(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
      statement.setInt(1, limit);
      List<Letter> letters = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          letters.add(
              new Letter(
                  rows.getLong("id"),
                  rows.getString("topic"),
                  rows.getString("record_key"),
                  rows.getString("record_value")));
        }
      }
      return letters;
    }
  }

  @Override
  public List<ProducerRecord<String, String>> records(Connection connection, List<Letter> letters) {
    return letters.stream().map(Outbox::record).toList();
  }

  private static ProducerRecord<String, String> record(Letter letter) {
    return new ProducerRecord<>(letter.topic(), letter.key(), letter.value());
  }

  @Override
  public void forget(Connection connection, List<Letter> sent) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("delete from outbox where id = any (?)")) {
      Columns.of(statement, sent).bigint(Letter::id);
      statement.executeUpdate();
    }
  }
}
