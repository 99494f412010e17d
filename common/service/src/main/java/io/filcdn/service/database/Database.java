package io.filcdn.service.database;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The service's own Postgres, as a place where work is done wholly or not at all. */
public final class Database {

  private final DataSource dataSource;

  public Database(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Work within one transaction, with a result. */
  public interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Work within one transaction. */
  public interface Task {
    void in(Connection connection) throws SQLException;
  }

  /** Like {@link #call}, for work without a result. */
  public void run(Task task) {
    call(
        connection -> {
          task.in(connection);
          return this;
        });
  }

  /**
   * Does {@code work} and commits, or rolls back where it throws.
   *
   * @throws DatabaseException where Postgres cannot be reached or refuses; whether the commit
   *     happened is then unknown, so that only work which may be done twice belongs here
   */
  public <T> T call(Work<T> work) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.in(connection);
        connection.commit();
        return result;
      } catch (Throwable e) {
        // errors too: a pool that takes the connection back would commit what was done so far
        rollBack(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw new DatabaseException(e);
    }
  }

  private static void rollBack(Connection connection, Throwable cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /** A failure: Postgres could not be reached, or refused. */
  public static final class DatabaseException extends RuntimeException {

    public DatabaseException(SQLException cause) {
      super("the database failed: " + cause.getMessage(), cause);
    }
  }
}
