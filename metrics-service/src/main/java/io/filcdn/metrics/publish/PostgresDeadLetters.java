package io.filcdn.metrics.publish;

import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.service.database.Columns;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The table of dead letters, those that Kafka has among them; each method works in the caller's
 * transaction.
 */
public final class PostgresDeadLetters {

  private static final String ADD =
      """
      insert into dead_letter (source_topic, source_partition, source_offset, payload, dead_since)
      select *, ? from unnest(?, ?, ?, ?)
      """;

  /** Skips what another process is just sending. */
  private static final String UNPUBLISHED =
      """
      select id, source_topic, payload from dead_letter where not published
      order by id limit ? for update skip locked
      """;

  private static final String MARK_PUBLISHED =
      "update dead_letter set published = true where id = any (?)";

  private static final String LIST =
      "select * from dead_letter where id < ? order by id desc limit ?";

  private static final String FIND = "select * from dead_letter where id = ? for update";

  private static final String FORGET = "delete from dead_letter where published and dead_since < ?";

  /** A dead letter that waits to be sent; {@code json} is a {@link DeadLetter}. */
  record Waiting(long id, String sourceTopic, String json) {}

  /**
   * A dead letter as operators see it.
   *
   * @param id names it in commands
   * @param replayedAt when it was last replayed
   */
  public record StoredDeadLetter(long id, DeadLetter letter, Optional<Instant> replayedAt) {}

  /** Keeps dead letters. */
  public void add(Connection connection, List<DeadLetter> letters, Instant now)
      throws SQLException {
    if (letters.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      Columns.after(1, statement, letters)
          .text(DeadLetter::topic)
          .integer(DeadLetter::partition)
          .bigint(DeadLetter::offset)
          .bytes(letter -> RecordJson.write(letter).getBytes(StandardCharsets.UTF_8));
      statement.executeUpdate();
    }
  }

  /** At most {@code limit} dead letters that Kafka does not have, the oldest first. */
  List<Waiting> unpublished(Connection connection, int limit) throws SQLException {
    List<Waiting> waiting = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(UNPUBLISHED)) {
      statement.setInt(1, limit);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          waiting.add(
              new Waiting(rows.getLong("id"), rows.getString("source_topic"), payload(rows)));
        }
      }
    }
    return waiting;
  }

  /** Remembers what is in Kafka. */
  void markPublished(Connection connection, List<Waiting> sent) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(MARK_PUBLISHED)) {
      Columns.of(statement, sent).bigint(Waiting::id);
      statement.executeUpdate();
    }
  }

  /** At most {@code limit} dead letters with ids below {@code before}, the newest first. */
  public List<StoredDeadLetter> list(Connection connection, long before, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setLong(1, before);
      statement.setInt(2, limit);
      return kept(statement);
    }
  }

  /** All dead letters of a topic. */
  public List<DeadLetter> ofTopic(Connection connection, String topic) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select * from dead_letter where source_topic = ?")) {
      statement.setString(1, topic);
      return kept(statement).stream().map(StoredDeadLetter::letter).toList();
    }
  }

  /** A dead letter, locked until the transaction ends. */
  public Optional<StoredDeadLetter> find(Connection connection, long id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setLong(1, id);
      return kept(statement).stream().findFirst();
    }
  }

  /** Remembers that a dead letter was replayed. */
  public void markReplayed(Connection connection, long id, Instant now) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("update dead_letter set replayed_at = ? where id = ?")) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      statement.setLong(2, id);
      statement.executeUpdate();
    }
  }

  /** Deletes what died before {@code then} and is in Kafka, and tells how much that was. */
  public int forgetOlderThan(Connection connection, Instant then) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setObject(1, then.atOffset(ZoneOffset.UTC));
      return statement.executeUpdate();
    }
  }

  private static List<StoredDeadLetter> kept(PreparedStatement statement) throws SQLException {
    List<StoredDeadLetter> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        OffsetDateTime replayedAt = rows.getObject("replayed_at", OffsetDateTime.class);
        found.add(
            new StoredDeadLetter(
                rows.getLong("id"),
                RecordJson.read(payload(rows), DeadLetter.class),
                Optional.ofNullable(replayedAt).map(OffsetDateTime::toInstant)));
      }
    }
    return found;
  }

  private static String payload(ResultSet row) throws SQLException {
    return new String(row.getBytes("payload"), StandardCharsets.UTF_8);
  }
}
