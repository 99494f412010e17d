package io.filcdn.metrics.accounts;

import io.filcdn.common.kafka.Topic;
import io.filcdn.service.database.Columns;
import io.filcdn.service.kafka.OutboxTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The keys that changed, or that are to be forgotten, since Kafka was told of them. */
final class KeyOutbox implements OutboxTable<KeyOutbox.Change> {

  private static final String OLDEST =
      """
      select number, id, version, forgotten, record from access_key
      where published < version or forgotten order by number limit ?
      """;

  /** A change that was made meanwhile goes on waiting. */
  private static final String TOLD =
      """
      update access_key k set published = told.version
      from unnest(?, ?) as told (number, version) where k.number = told.number
      """;

  private static final String GONE = "delete from access_key where forgotten and number = any (?)";

  /**
   * A key that waits.
   *
   * @param forgotten true where a tombstone is told
   */
  record Change(long number, String id, long version, boolean forgotten, String record) {}

  @Override
  public List<Change> oldest(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
      statement.setInt(1, limit);
      List<Change> changes = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          changes.add(
              new Change(
                  rows.getLong("number"),
                  rows.getString("id"),
                  rows.getLong("version"),
                  rows.getBoolean("forgotten"),
                  rows.getString("record")));
        }
      }
      return changes;
    }
  }

  @Override
  public List<ProducerRecord<String, String>> records(Connection connection, List<Change> changes) {
    List<ProducerRecord<String, String>> records = new ArrayList<>();
    for (Change change : changes) {
      records.add(
          change.forgotten
              ? new ProducerRecord<>(Topic.KEYS.topicName(), change.id, null)
              : new ProducerRecord<>(Topic.KEYS.topicName(), change.id, change.record));
    }
    return records;
  }

  @Override
  public void forget(Connection connection, List<Change> sent) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOLD)) {
      Columns.of(statement, sent).bigint(Change::number).bigint(Change::version);
      statement.executeUpdate();
    }
    List<Change> gone = sent.stream().filter(Change::forgotten).toList();
    try (PreparedStatement statement = connection.prepareStatement(GONE)) {
      Columns.of(statement, gone).bigint(Change::number);
      statement.executeUpdate();
    }
  }
}
