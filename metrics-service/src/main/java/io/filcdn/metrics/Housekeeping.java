package io.filcdn.metrics;

import io.filcdn.metrics.intake.LostRecordDetector;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.repair.Checkpoints;
import io.filcdn.service.schedule.BackgroundTask;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** The tasks that the metrics service does from time to time. */
final class Housekeeping {

  private static final int MOST_PIECES_A_DAY = 1000;

  private final Tables tables;
  private final MetricsConfig.Metrics config;
  private final LeaseDesk leaseDesk;
  private final LostRecordDetector lostRecordDetector;
  private final PipelineMetrics metrics;
  private final Clock clock;

  Housekeeping(
      Tables tables,
      MetricsConfig.Metrics config,
      LeaseDesk leaseDesk,
      LostRecordDetector lostRecordDetector,
      PipelineMetrics metrics,
      Clock clock) {
    this.tables = tables;
    this.config = config;
    this.leaseDesk = leaseDesk;
    this.lostRecordDetector = lostRecordDetector;
    this.metrics = metrics;
    this.clock = clock;
  }

  List<BackgroundTask> tasks() {
    MetricsConfig.Repair repair = config.repair();
    Checkpoints checkpoints =
        new Checkpoints(
            tables.database(),
            tables.checkpoints(),
            repair.checkpointEvery(),
            repair.checkpoints(),
            clock);
    return List.of(
        new BackgroundTask("taking a checkpoint", checkpoints::takeIfDue),
        new BackgroundTask("writing off leases", leaseDesk::writeOff),
        new BackgroundTask("comparing leases", this::compareLeases),
        new BackgroundTask("looking for lost records", () -> metrics.record(lostRecordDetector.look())),
        new BackgroundTask("counting what is parked", this::countParked),
        new BackgroundTask("forgetting old series", this::forgetSeries),
        new BackgroundTask("forgetting old dead letters", this::forgetDeadLetters));
  }

  private void compareLeases() {
    metrics.record(tables.database().call(tables.leases()::totals));
  }

  private void countParked() {
    metrics.record(tables.database().call(tables.journals()::backlog));
  }

  private void forgetSeries() {
    Instant now = clock.instant();
    tables
        .database()
        .run(
            connection -> {
              Instant hours = now.minus(config.series().keepHours());
              tables.series().forget(connection, false, hours);
              Instant days = now.minus(config.series().keepDays());
              tables.series().forget(connection, true, days);
              LocalDate today = now.atOffset(ZoneOffset.UTC).toLocalDate();
              LocalDate oldest = hours.atOffset(ZoneOffset.UTC).toLocalDate();
              tables.retrievals().forget(connection, today, MOST_PIECES_A_DAY, oldest);
            });
  }

  private void forgetDeadLetters() {
    Instant then = clock.instant().minus(config.repair().keepDeadLetters());
    tables
        .database()
        .run(
            connection -> {
              tables.deadLetters().forgetOlderThan(connection, then);
              tables.approvals().forgetOlderThan(connection, then);
            });
  }
}
