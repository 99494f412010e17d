package io.filcdn.metrics.counting;

import io.filcdn.common.network.Network;
import io.filcdn.metrics.odometer.OdometerIncreases;
import io.filcdn.metrics.quota.Holdings;
import io.filcdn.metrics.quota.Holdings.BeyondHoldingsException;
import io.filcdn.metrics.quota.Holdings.Check;
import io.filcdn.metrics.series.SeriesIncreases;
import io.filcdn.service.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import org.jboss.logging.Logger;

/** The transactions in which usage is counted. */
public final class UsageCounter {

  private static final Logger LOG = Logger.getLogger(UsageCounter.class);

  private final Database database;
  private final Network network;
  private final Holdings.Rules rules;
  private final Clock clock;

  public UsageCounter(Database database, Network network, Holdings.Rules rules, Clock clock) {
    this.database = database;
    this.network = network;
    this.rules = rules;
    this.clock = clock;
  }

  /** The work of a transaction. */
  public interface Work<T> {

    /** Counts what is to be counted, and stores it. */
    T count(Connection connection, BatchUsage usage) throws SQLException;
  }

  /**
   * Counts in one transaction, as if all may count; where something may not, all is done again with
   * a look at each record.
   */
  public <T> T count(Work<T> work) {
    try {
      return count(work, Check.AT_THE_END);
    } catch (BeyondHoldingsException | ArithmeticException e) {
      LOG.warnf("something in this batch may not count: %s", e.getMessage());
      return countByRecord(work);
    }
  }

  /** Counts in one transaction, with a look at each record. */
  public <T> T countByRecord(Work<T> work) {
    return count(work, Check.BY_RECORD);
  }

  private <T> T count(Work<T> work, Check check) {
    return database.call(connection -> work.count(connection, usage(connection, check)));
  }

  private BatchUsage usage(Connection connection, Check check) {
    Instant now = clock.instant();
    return new BatchUsage(
        connection,
        new Holdings(rules, check, now),
        new OdometerIncreases(network, now),
        new SeriesIncreases(network, now),
        now);
  }
}
