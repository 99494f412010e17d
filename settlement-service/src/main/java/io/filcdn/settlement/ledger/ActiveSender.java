package io.filcdn.settlement.ledger;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * The right to send, which one process has at a time. It is an advisory lock of a database session,
 * so it ends with the process, however that ends; what must never happen twice is checked again in
 * the database transaction that signs.
 */
@ApplicationScoped
public class ActiveSender {

  private static final long LOCK = 0x46696C43444E03L;

  private final AgroalDataSource database;

  ActiveSender(AgroalDataSource database) {
    this.database = database;
  }

  /**
   * Runs {@code work} with the right to send, unless another process has it.
   *
   * @return whether it ran
   */
  public boolean run(Runnable work) {
    try (Connection session = database.getConnection()) {
      if (!ask(session, "select pg_try_advisory_lock(?)")) {
        return false;
      }
      try {
        work.run();
      } finally {
        ask(session, "select pg_advisory_unlock(?)");
      }
      return true;
    } catch (SQLException e) {
      throw new IllegalStateException("the right to send cannot be asked for in the database", e);
    }
  }

  private static boolean ask(Connection session, String question) throws SQLException {
    try (PreparedStatement statement = session.prepareStatement(question)) {
      statement.setLong(1, LOCK);
      try (var answer = statement.executeQuery()) {
        return answer.next() && answer.getBoolean(1);
      }
    }
  }
}
