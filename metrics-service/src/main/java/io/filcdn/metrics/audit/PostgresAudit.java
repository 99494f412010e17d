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

  private static final String NEWEST =
      "select at, action, subject, detail from audit order by id desc limit ?";

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

  /** At most {@code limit} entries, the newest first. */
  public List<AuditEntry> newest(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEWEST)) {
      statement.setInt(1, limit);
      List<AuditEntry> entries = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          entries.add(
              new AuditEntry(
                  rows.getObject(1, OffsetDateTime.class).toInstant(),
                  AuditEntry.Action.valueOf(rows.getString(2)),
                  rows.getString(3),
                  rows.getString(4)));
        }
      }
      return entries;
    }
  }
}
