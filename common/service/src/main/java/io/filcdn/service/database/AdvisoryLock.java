package io.filcdn.service.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A lock among all processes on one database, for a transaction or for a session.
 *
 * @param key its number, or its two numbers: Postgres keeps the two kinds apart
 */
public record AdvisoryLock(String key) {

  public static AdvisoryLock of(long key) {
    return new AdvisoryLock(Long.toString(key));
  }

  /** A lock of an application of its own in a shared database. */
  public static AdvisoryLock of(int namespace, int number) {
    return new AdvisoryLock(namespace + ", " + number);
  }

  /** Takes the lock for the caller's transaction, or tells at once that another holds it. */
  public boolean tryIn(Connection connection) throws SQLException {
    return ask(connection, "select pg_try_advisory_xact_lock(%s)");
  }

  /** Takes the lock for the caller's transaction, once no other holds or shares it. */
  public void takeIn(Connection connection) throws SQLException {
    ask(connection, "select true from pg_advisory_xact_lock(%s)");
  }

  /** Shares the lock with other transactions that do, once no other holds it. */
  public void shareIn(Connection connection) throws SQLException {
    ask(connection, "select true from pg_advisory_xact_lock_shared(%s)");
  }

  /** Takes the lock until the session ends or releases it, or tells at once that it is taken. */
  public boolean tryForSession(Connection session) throws SQLException {
    return ask(session, "select pg_try_advisory_lock(%s)");
  }

  /** Gives up what {@link #tryForSession} took. */
  public void release(Connection session) throws SQLException {
    ask(session, "select pg_advisory_unlock(%s)");
  }

  private boolean ask(Connection connection, String question) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(question.formatted(key));
        ResultSet answer = statement.executeQuery()) {
      return answer.next() && answer.getBoolean(1);
    }
  }
}
