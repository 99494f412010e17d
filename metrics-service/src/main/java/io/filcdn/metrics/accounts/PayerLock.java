package io.filcdn.metrics.accounts;

import io.filcdn.common.chain.Address;
import io.filcdn.service.database.AdvisoryLock;
import java.sql.Connection;
import java.sql.SQLException;

/** The lock under which what a payer has is counted and added to, so that bounds are exact. */
public final class PayerLock {

  private static final int NAMESPACE = 0x61636374;

  private PayerLock() {}

  /**
   * Takes it for the caller's transaction. Two payers may share one, which only makes them wait.
   */
  public static void takeIn(Connection connection, Address payer) throws SQLException {
    AdvisoryLock.of(NAMESPACE, payer.hex().hashCode()).takeIn(connection);
  }
}
