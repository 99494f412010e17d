package io.filcdn.metrics.intake;

import io.filcdn.service.database.Columns;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.StoredOffsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of Kafka offsets. They change with what was read, in one transaction, so that a
 * restored database reads on from where it stands.
 */
public final class PostgresOffsets {

  private static final String SAVE =
      """
      insert into intake_offset as o (topic, partition, next_offset)
      select * from unnest(?, ?, ?) order by 1, 2
      on conflict (topic, partition) do update set next_offset = excluded.next_offset
      """;

  /** Stores where reading {@code batch}'s topic goes on, in the caller's transaction. */
  public void save(Connection connection, Batch batch) throws SQLException {
    List<Map.Entry<Integer, Long>> next = List.copyOf(batch.nextOffsets().entrySet());
    try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
      Columns.of(statement, next)
          .text(_ -> batch.topic())
          .integer(Map.Entry::getKey)
          .bigint(Map.Entry::getValue);
      statement.executeUpdate();
    }
  }

  /** The offsets of this table, each look in a transaction of its own. */
  public StoredOffsets in(Database database) {
    return topic -> database.call(connection -> find(connection, topic));
  }

  /** The offsets at which reading {@code topic} goes on, by partition. */
  public Map<Integer, Long> find(Connection connection, String topic) throws SQLException {
    Map<Integer, Long> next = new HashMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement("select * from intake_offset where topic = ?")) {
      statement.setString(1, topic);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          next.put(rows.getInt("partition"), rows.getLong("next_offset"));
        }
      }
    }
    return next;
  }
}
