package io.filcdn.metrics.accounts;

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
 * The keys that changed, or that are to be forgotten, since Kafka was told of them. Each change is
 * told twice. A process that loses the database while it tells can have a record under way for as
 * long as its producer tries: it may come behind what another process told since, and be what
 * compaction leaves. The second telling comes behind that.
 */
final class KeyOutbox implements OutboxTable<KeyOutbox.Change> {

  private static final String OLDEST =
      """
      select number, id, version, published = version as again, forgotten, record from access_key
      where published < version or tell_again_at <= ? order by number limit ?
      """;

  /** A change that was made meanwhile goes on waiting. */
  private static final String TOLD =
      """
      update access_key k set published = told.version,
        tell_again_at = case when told.again then null else ? end
      from unnest(?, ?, ?) as told (number, version, again) where k.number = told.number
      """;

  private static final String GONE = "delete from access_key where forgotten and number = any (?)";

  private final Duration tellAgainAfter;
  private final Clock clock;

  /**
   * @param tellAgainAfter longer than a producer tries to send a record
   */
  KeyOutbox(Duration tellAgainAfter, Clock clock) {
    this.tellAgainAfter = tellAgainAfter;
    this.clock = clock;
  }

  /**
   * A key that waits.
   *
   * @param again whether it was told already
   * @param forgotten true where a tombstone is told
   */
  record Change(
      long number, String id, long version, boolean again, boolean forgotten, String record) {}

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
                  rows.getString("id"),
                  rows.getLong("version"),
                  rows.getBoolean("again"),
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
      statement.setObject(1, at(clock.instant().plus(tellAgainAfter)));
      Columns.after(1, statement, sent)
          .bigint(Change::number)
          .bigint(Change::version)
          .flag(Change::again);
      statement.executeUpdate();
    }
    List<Change> gone = sent.stream().filter(change -> change.forgotten && change.again).toList();
    try (PreparedStatement statement = connection.prepareStatement(GONE)) {
      Columns.of(statement, gone).bigint(Change::number);
      statement.executeUpdate();
    }
  }

  private static OffsetDateTime at(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }
}
