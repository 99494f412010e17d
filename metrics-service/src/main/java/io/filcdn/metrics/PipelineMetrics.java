package io.filcdn.metrics;

import io.filcdn.metrics.UsagePipeline.Counted;
import io.filcdn.metrics.intake.JournalGate.Passage;
import io.filcdn.metrics.intake.LostRecordDetector.Extent;
import io.filcdn.metrics.intake.PostgresJournals.Backlog;
import io.filcdn.metrics.quota.PostgresLeases.Totals;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** The pipeline's own metrics in {@code /q/metrics}; counted only after a commit. */
final class PipelineMetrics {

  private static final String RECORDS = "filcdn.egress.records";
  private static final String OUTCOME = "outcome";

  private final Counter passed;
  private final Counter duplicates;
  private final Counter parked;
  private final Counter rows;
  private final Timer delay;
  private volatile Backlog backlog = new Backlog(0, 0);
  private volatile Extent lost = new Extent(0, 0);
  private volatile Totals leases = Totals.NONE;

  PipelineMetrics(MeterRegistry registry) {
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

  void record(Counted counted) {
    Passage passage = counted.passage();
    passed.increment((double) passage.passed());
    duplicates.increment((double) passage.duplicates());
    parked.increment((double) passage.parked());
    rows.increment((double) counted.rows());
    delay.record(counted.delay());
    record(passage.backlog());
  }

  /** Shows how much waits for gaps to fill. */
  void record(Backlog now) {
    backlog = now;
  }

  /** Shows how much of what Kafka had is lost. */
  void record(Extent now) {
    lost = now;
  }

  /** Shows how all leases stand. */
  void record(Totals now) {
    leases = now;
  }
}
