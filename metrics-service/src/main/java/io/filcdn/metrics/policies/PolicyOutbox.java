package io.filcdn.metrics.policies;

import io.filcdn.common.access.PolicyRecord;
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

/** The policies that were set since Kafka was told of them. */
final class PolicyOutbox implements OutboxTable<PolicyOutbox.Change> {

  private static final String OLDEST =
      """
      select number, serial, record from policy where published < serial order by number limit ?
      """;

  /** A policy that was set anew meanwhile goes on waiting. */
  private static final String TOLD =
      """
      update policy p set published = told.serial
      from unnest(?, ?) as told (number, serial) where p.number = told.number
      """;

  /** A policy that waits. */
  record Change(long number, long serial, String record) {}

  @Override
  public List<Change> oldest(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
      statement.setInt(1, limit);
      List<Change> changes = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          changes.add(
              new Change(
                  rows.getLong("number"), rows.getLong("serial"), rows.getString("record")));
        }
      }
      return changes;
    }
  }

  @Override
  public List<ProducerRecord<String, String>> records(Connection connection, List<Change> changes) {
    List<ProducerRecord<String, String>> records = new ArrayList<>();
    for (Change change : changes) {
      String key = PolicyRecord.read(change.record).key();
      records.add(new ProducerRecord<>(Topic.POLICIES.topicName(), key, change.record));
    }
    return records;
  }

  @Override
  public void forget(Connection connection, List<Change> sent) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOLD)) {
      Columns.of(statement, sent).bigint(Change::number).bigint(Change::serial);
      statement.executeUpdate();
    }
  }
}
