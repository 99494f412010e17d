package io.filcdn.metrics.counting;

import io.filcdn.metrics.intake.JournalGate.Passage;
import io.filcdn.metrics.intake.LostRecordDetector.LostTotals;
import io.filcdn.metrics.intake.PostgresJournals.Backlog;
import io.filcdn.metrics.quota.PostgresLeases.Totals;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** The pipeline's own metrics in {@code /q/metrics}; counted only after a commit. */
public final class PipelineMetrics {

  private static final String RECORDS = "filcdn.egress.records";
  private static final String OUTCOME = "outcome";

  private final Counter passed;
  private final Counter duplicates;
  private final Counter parked;
  private final Counter rows;
  private final Timer delay;
  private volatile Backlog backlog = new Backlog(0, 0);
  private volatile LostTotals lost = new LostTotals(0, 0);
  private volatile Totals leases = Totals.NONE;

  public PipelineMetrics(MeterRegistry registry) {
    passed = registry.counter(RECORDS, OUTCOME, "passed");
    duplicates = registry.counter(RECORDS, OUTCOME, "duplicate");
    parked = registry.counter(RECORDS, OUTCOME, "parked");
    rows = registry.counter("filcdn.egress.rows");
    delay = registry.timer("filcdn.egress.delay");
    registry.gauge("filcdn.egress.parked.journals", this, shown -> shown.backlog.journals());
    registry.gauge("filcdn.egress.parked.records", this, shown -> shown.backlog.records());
    registry.gauge("filcdn.egress.lost.journals", this, shown -> shown.lost.journals());
    registry.gauge("filcdn.egress.lost.records", this, shown -> shown.lost.records());
    registry.gauge("filcdn.leases.held.bytes", this, shown -> shown.leases.held());
    registry.gauge("filcdn.leases.overdrawn.bytes", this, shown -> shown.leases.overdrawn());
    registry.gauge("filcdn.leases.drift.bytes", this, shown -> shown.leases.drift());
  }

  /** Counts what a batch came to. */
  public void record(BatchOutcome outcome) {
    Passage passage = outcome.passage();
    passed.increment((double) passage.passed());
    duplicates.increment((double) passage.duplicates());
    parked.increment((double) passage.parked());
    rows.increment((double) outcome.rows());
    delay.record(outcome.delay());
    record(passage.backlog());
  }

  /** Shows how much waits for gaps to fill. */
  public void record(Backlog now) {
    backlog = now;
  }

  /** Shows how much of what Kafka had is lost. */
  public void record(LostTotals now) {
    lost = now;
  }

  /** Shows how all leases stand. */
  public void record(Totals now) {
    leases = now;
  }
}
