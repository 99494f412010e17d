package io.filcdn.metrics.publish;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The table of webhook calls to be made; each method works in the caller's transaction. */
public final class PostgresWebhookCalls {

  private static final String ADD =
      """
      insert into webhook_call (body, next_at)
      select ?, ? where (select count(*) from webhook_call) < ?
      """;

  /** Skips what another process is just calling. */
  private static final String DUE =
      """
      select id, body, attempts from webhook_call where next_at <= ?
      order by next_at, id limit 1 for update skip locked
      """;

  private static final String LATER =
      "update webhook_call set attempts = attempts + 1, next_at = ? where id = ?";

  /** A call to be made. */
  record Call(long id, String body, int attempts) {}

  /** Adds calls, and tells how many of them there was no room for. */
  int add(Connection connection, List<String> bodies, Instant now, int most) throws SQLException {
    int dropped = 0;
    for (String body : bodies) {
      try (PreparedStatement statement = connection.prepareStatement(ADD)) {
        statement.setString(1, body);
        statement.setObject(2, now.atOffset(ZoneOffset.UTC));
        statement.setInt(3, most);
        dropped += 1 - statement.executeUpdate();
      }
    }
    return dropped;
  }

  /** The call that has waited longest, if one is due; nobody else makes it meanwhile. */
  List<Call> due(Connection connection, Instant now) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DUE)) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      List<Call> calls = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          calls.add(new Call(rows.getLong(1), rows.getString(2), rows.getInt(3)));
        }
      }
      return calls;
    }
  }

  void later(Connection connection, long id, Instant then) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LATER)) {
      statement.setObject(1, then.atOffset(ZoneOffset.UTC));
      statement.setLong(2, id);
      statement.executeUpdate();
    }
  }

  void remove(Connection connection, long id) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("delete from webhook_call where id = ?")) {
      statement.setLong(1, id);
      statement.executeUpdate();
    }
  }
}
