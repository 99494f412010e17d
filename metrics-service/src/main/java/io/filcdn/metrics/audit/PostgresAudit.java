package io.filcdn.metrics.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The table of audit entries; each method works in the caller's transaction. */
public final class PostgresAudit {

  private static final String ADD =
      "insert into audit (at, action, subject, detail) values (?, ?, ?, ?)";

  private static final String LIST =
      "select id, at, action, subject, detail from audit where id < ? order by id desc limit ?";

  /**
   * An entry that is kept.
   *
   * @param id larger than those of earlier entries
   */
  public record StoredEntry(long id, AuditEntry entry) {}

  /** Adds an entry; entries are never changed. */
  public void add(Connection connection, AuditEntry entry) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setObject(1, entry.at().atOffset(ZoneOffset.UTC));
      statement.setString(2, entry.action().name());
      statement.setString(3, entry.subject());
      statement.setString(4, entry.detail());
      statement.executeUpdate();
    }
  }

  /** At most {@code limit} entries with ids below {@code before}, the newest first. */
  public List<StoredEntry> list(Connection connection, long before, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setLong(1, before);
      statement.setInt(2, limit);
      List<StoredEntry> entries = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          AuditEntry entry =
              new AuditEntry(
                  rows.getObject("at", OffsetDateTime.class).toInstant(),
                  AuditEntry.Action.valueOf(rows.getString("action")),
                  rows.getString("subject"),
                  rows.getString("detail"));
          entries.add(new StoredEntry(rows.getLong("id"), entry));
        }
      }
      return entries;
    }
  }
}
