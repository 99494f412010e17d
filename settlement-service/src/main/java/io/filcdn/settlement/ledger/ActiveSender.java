package io.filcdn.settlement.ledger;

import io.agroal.api.AgroalDataSource;
import io.filcdn.service.database.AdvisoryLock;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The right to send, which one process has at a time. It is an advisory lock of a database session,
 * so it ends with the process, however that ends; what must never happen twice is checked again in
 * the database transaction that signs.
 */
@ApplicationScoped
public class ActiveSender {

  private static final AdvisoryLock LOCK = AdvisoryLock.of(0x46696C43444E03L);

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
      if (!LOCK.tryForSession(session)) {
        return false;
      }
      try {
        work.run();
      } finally {
        LOCK.release(session);
      }
      return true;
    } catch (SQLException e) {
      throw new IllegalStateException("the right to send cannot be asked for in the database", e);
    }
  }
}
