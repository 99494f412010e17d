package io.filcdn.metrics.repair;

import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.counting.BatchUsage;
import io.filcdn.metrics.counting.UsageCounter;
import io.filcdn.metrics.intake.Gap;
import io.filcdn.metrics.intake.JournalGate;
import io.filcdn.metrics.intake.JournalGate.Acceptance;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * The acceptance of a gap: what an operator has proven lost is taken for lost, and what waited
 * behind it is counted. What is missing and comes all the same is a duplicate from then on.
 */
public final class GapAcceptance {

  private static final Logger LOG = Logger.getLogger(GapAcceptance.class);

  private final UsageCounter counter;
  private final JournalGate gate;
  private final Clock clock;
  private final PostgresAudit audit = new PostgresAudit();

  public GapAcceptance(UsageCounter counter, JournalGate gate, Clock clock) {
    this.counter = counter;
    this.gate = gate;
    this.clock = clock;
  }

  /**
   * Accepts a gap.
   *
   * @param by who decided it, and on what proof
   */
  public Acceptance accept(Gap gap, String by) {
    Acceptance acceptance =
        counter.countByRecord((connection, usage) -> accept(connection, usage, gap, by));
    LOG.warnf("an operator takes a gap for lost (%s; %s): %s", gap, by, acceptance);
    return acceptance;
  }

  private Acceptance accept(Connection connection, BatchUsage usage, Gap gap, String by)
      throws SQLException {
    Acceptance acceptance = gate.accept(connection, gap, usage);
    if (acceptance instanceof Acceptance.Accepted(long released)) {
      String detail =
          "sequences %d to %d are taken for lost, %d records behind them are counted; %s"
              .formatted(gap.from(), gap.to(), released, by);
      audit.add(
          connection,
          new AuditEntry(clock.instant(), Action.GAP_ACCEPTED, gap.lane().toString(), detail));
      usage.keepDeadLetters();
      usage.addToOdometersAndSeries();
      usage.takeFromLeases();
    }
    return acceptance;
  }
}
