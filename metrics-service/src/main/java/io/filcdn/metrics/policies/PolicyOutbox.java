package io.filcdn.metrics.policies;

import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.service.database.Columns;
import io.filcdn.service.kafka.OutboxTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The policies that were set since Kafka was told of them. Each is told twice, as {@link
 * io.filcdn.metrics.accounts keys} are: the second telling comes behind what another process may
 * have had under way.
 */
final class PolicyOutbox implements OutboxTable<PolicyOutbox.Change> {

  private static final String OLDEST =
      """
      select number, serial, published = serial as again, record from policy
      where published < serial or tell_again_at <= ? order by number limit ?
      """;

  /** A policy that was set anew meanwhile goes on waiting. */
  private static final String TOLD =
      """
      update policy p set published = told.serial,
        tell_again_at = case when told.again then null else ? end
      from unnest(?, ?, ?) as told (number, serial, again) where p.number = told.number
      """;

  private final Duration tellAgainAfter;
  private final Clock clock;

  /**
   * @param tellAgainAfter longer than a producer tries to send a record
   */
  PolicyOutbox(Duration tellAgainAfter, Clock clock) {
    this.tellAgainAfter = tellAgainAfter;
    this.clock = clock;
  }

  /**
   * A policy that waits.
   *
   * @param again whether it was told already
   */
  record Change(long number, long serial, boolean again, String record) {}

  @Override
  public List<Change> oldest(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
      statement.setObject(1, at(clock.instant()));
      statement.setInt(2, limit);
      List<Change> changes = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          changes.add(
              new Change(
                  rows.getLong("number"),
                  rows.getLong("serial"),
                  rows.getBoolean("again"),
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
      String key = RecordJson.readStrictly(change.record, PolicyRecord.class).key();
      records.add(new ProducerRecord<>(Topic.POLICIES.topicName(), key, change.record));
    }
    return records;
  }

  @Override
  public void forget(Connection connection, List<Change> sent) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOLD)) {
      statement.setObject(1, at(clock.instant().plus(tellAgainAfter)));
      Columns.after(1, statement, sent)
          .bigint(Change::number)
          .bigint(Change::serial)
          .flag(Change::again);
      statement.executeUpdate();
    }
  }

  private static OffsetDateTime at(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }
}
