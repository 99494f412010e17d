package io.filcdn.metrics.publish;

import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.metrics.store.Columns;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of dead letters that are not in Kafka yet; each method works in the caller's
 * transaction.
 */
public final class PostgresDeadLetters {

  private static final String ADD =
      "insert into dead_letter (source_topic, payload) select * from unnest(?, ?)";

  /** Skips what another process is just sending. */
  private static final String UNPUBLISHED =
      "select * from dead_letter order by id limit ? for update skip locked";

  private static final String REMOVE = "delete from dead_letter where id = any (?)";

  /** A dead letter that waits to be sent; {@code json} is a {@link DeadLetter}. */
  record Waiting(long id, String sourceTopic, String json) {}

  /** Keeps dead letters until they are sent. */
  public void add(Connection connection, List<DeadLetter> letters) throws SQLException {
    if (letters.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      Columns.of(statement, letters)
          .text(DeadLetter::topic)
          .bytes(letter -> RecordJson.write(letter).getBytes(StandardCharsets.UTF_8));
      statement.executeUpdate();
    }
  }

  /** At most {@code limit} dead letters, the oldest first. */
  List<Waiting> unpublished(Connection connection, int limit) throws SQLException {
    List<Waiting> waiting = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(UNPUBLISHED)) {
      statement.setInt(1, limit);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          waiting.add(
              new Waiting(
                  rows.getLong("id"),
                  rows.getString("source_topic"),
                  new String(rows.getBytes("payload"), StandardCharsets.UTF_8)));
        }
      }
    }
    return waiting;
  }

  /** Forgets what is in Kafka. */
  void remove(Connection connection, List<Waiting> sent) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
      Columns.of(statement, sent).bigint(Waiting::id);
      statement.executeUpdate();
    }
  }
}
