package io.filcdn.indexer.postgres;

import io.filcdn.service.database.AdvisoryLock;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/**
 * A database session that one process has at a time: it holds an advisory lock for as long as it
 * lives. Every transaction runs in it, so what was committed was committed by the lock's holder: a
 * process that lost the session cannot write any more, even where it does not know yet. For one
 * thread.
 *
 * <p>The lock belongs to the session, so the database must not be reached through a pool that
 * shares sessions between transactions.
 */
public final class ExclusiveSession implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(ExclusiveSession.class);

  /** "FILC": so that our locks are not those of another application in the same database. */
  private static final int NAMESPACE = 0x46494c43;

  private static final int VALID_WITHIN_SECONDS = 5;

  private final DataSource database;
  private final Purpose purpose;
  private final SqlWork<?> first;
  private @Nullable Connection held;

  /**
   * @param first the work with which each session that is taken begins
   */
  public ExclusiveSession(DataSource database, Purpose purpose, SqlWork<?> first) {
    this.database = database;
    this.purpose = purpose;
    this.first = first;
  }

  /** The purpose of a session; each has its own lock. */
  public enum Purpose {
    INDEXING(1),
    PUBLISHING(2),
    SCREENING(3);

    private final int lock;

    Purpose(int lock) {
      this.lock = lock;
    }
  }

  /**
   * True where this process has the session, which it takes where nobody does.
   *
   * @throws DatabaseFailedException where the database does not answer
   */
  public boolean hold() {
    try {
      if (held != null && held.isValid(VALID_WITHIN_SECONDS)) {
        return true;
      }
      drop();
      held = tryLock();
      return held != null;
    } catch (SQLException e) {
      throw new DatabaseFailedException("the database does not answer", e);
    }
  }

  /**
   * Runs {@code work} in a transaction: all of it is done, or nothing.
   *
   * @throws DatabaseFailedException where the database fails; whether the transaction was committed
   *     is then for the next one to see
   */
  public <T> T inTransaction(SqlWork<T> work) {
    Connection connection = held;
    if (connection == null) {
      throw new DatabaseFailedException("the session for " + purpose + " is not held", null);
    }
    try {
      connection.setAutoCommit(false);
      T result = work.on(connection);
      connection.commit();
      connection.setAutoCommit(true); // so that nothing is open between transactions
      return result;
    } catch (SQLException e) {
      drop();
      throw new DatabaseFailedException("the transaction failed", e);
    } catch (RuntimeException e) {
      drop();
      throw e;
    }
  }

  /** Gives the session up. */
  @Override
  public void close() {
    drop();
  }

  private @Nullable Connection tryLock() throws SQLException {
    Connection connection = database.getConnection();
    try {
      if (AdvisoryLock.of(NAMESPACE, purpose.lock).tryForSession(connection)) {
        first.on(connection);
        LOG.infof("this process is the one for %s", purpose);
        return connection;
      }
      connection.close();
      return null;
    } catch (SQLException e) {
      abort(connection);
      throw e;
    }
  }

  /** Ends the session, so that its lock is free and nothing of an open transaction remains. */
  private void drop() {
    Connection connection = held;
    held = null;
    if (connection != null) {
      abort(connection);
    }
  }

  /**
   * Ends a session for good. {@code close()} alone would hand it back to the pool, lock and all;
   * the pool's own {@code abort()} ends nothing and keeps its place for ever (Agroal 3.0.1).
   */
  private static void abort(Connection connection) {
    try (connection) {
      connection.unwrap(BaseConnection.class).abort(Runnable::run);
      // fails, by which the pool learns that it is over, and lets go of it when it is closed
      connection.createStatement().close();
    } catch (SQLException e) {
      LOG.debugf("a session has ended: %s", e.getMessage());
    }
  }
}
