package io.filcdn.metrics.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A lock among all processes on this database, named by a number; held until a transaction ends.
 */
public record AdvisoryLock(long key) {

  /** Takes the lock for the caller's transaction, or tells at once that another holds it. */
  public boolean tryIn(Connection connection) throws SQLException {
    return ask(connection, "select pg_try_advisory_xact_lock(?)");
  }

  /** Takes the lock for the caller's transaction, once no other holds or shares it. */
  public void takeIn(Connection connection) throws SQLException {
    ask(connection, "select true from pg_advisory_xact_lock(?)");
  }

  /** Shares the lock with other transactions that do, once no other holds it. */
  public void shareIn(Connection connection) throws SQLException {
    ask(connection, "select true from pg_advisory_xact_lock_shared(?)");
  }

  private boolean ask(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, key);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
