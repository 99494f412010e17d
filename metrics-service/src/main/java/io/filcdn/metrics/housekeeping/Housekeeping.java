package io.filcdn.metrics.housekeeping;

import io.filcdn.metrics.counting.PipelineMetrics;
import io.filcdn.metrics.identity.PostgresEdgeStatuses;
import io.filcdn.metrics.intake.LostRecordDetector;
import io.filcdn.metrics.intake.PostgresApprovals;
import io.filcdn.metrics.intake.PostgresJournals;
import io.filcdn.metrics.pieces.PostgresAnswers;
import io.filcdn.metrics.pieces.PostgresRetrievals;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.quota.PostgresCaps;
import io.filcdn.metrics.quota.PostgresKeyUsage;
import io.filcdn.metrics.quota.PostgresLeaseJournals;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.repair.Checkpoints;
import io.filcdn.metrics.series.PostgresSeries;
import io.filcdn.service.database.Database;
import io.filcdn.service.schedule.BackgroundTask;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** The tasks that the metrics service does from time to time. */
public final class Housekeeping {

  private static final int MOST_PIECES_A_DAY = 1000;

  /** Above the number of reasons that edges refuse for. */
  private static final int MOST_ANSWERS_AN_HOUR = 200;

  /** Days and months of keys for which leases are kept after them: none is given by then. */
  private static final int KEEP_LEASED_DAYS = 3;

  /** Days for which it is kept what keys used in a day or month. */
  private static final int KEEP_USED_DAYS = 40;

  /** The number of leases of caps that are forgotten in one go. */
  private static final int MOST_PERIODS = 10_000;

  /** The time between two comparisons of all leases. */
  private static final Duration COMPARE_EVERY = Duration.ofMinutes(1);

  /** So often in a row, at most. */
  private static final int MOST_ROUNDS = 100;

  private final Database database;
  private final Retention retention;
  private final Checkpoints checkpoints;
  private final LeaseDesk leaseDesk;
  private final LostRecordDetector lostRecords;
  private final PipelineMetrics metrics;
  private final Clock clock;

  /** Of the thread of the tasks alone. */
  private Instant compareAt = Instant.MIN;

  private final PostgresLeases leases = new PostgresLeases();
  private final PostgresLeaseJournals leaseJournals = new PostgresLeaseJournals();
  private final PostgresKeyUsage keyUsage = new PostgresKeyUsage();
  private final PostgresCaps caps = new PostgresCaps();
  private final PostgresJournals journals = new PostgresJournals();
  private final PostgresSeries series = new PostgresSeries();
  private final PostgresRetrievals retrievals = new PostgresRetrievals();
  private final PostgresAnswers answers = new PostgresAnswers();
  private final PostgresEdgeStatuses edgeStatuses = new PostgresEdgeStatuses();
  private final PostgresDeadLetters letters = new PostgresDeadLetters();
  private final PostgresApprovals approvals = new PostgresApprovals();

  /** The times for which hours and days of series are kept, and dead letters. */
  public record Retention(Duration hours, Duration days, Duration deadLetters) {}

  public Housekeeping(
      Database database,
      Retention retention,
      Checkpoints checkpoints,
      LeaseDesk leaseDesk,
      LostRecordDetector lostRecords,
      PipelineMetrics metrics,
      Clock clock) {
    this.database = database;
    this.retention = retention;
    this.checkpoints = checkpoints;
    this.leaseDesk = leaseDesk;
    this.lostRecords = lostRecords;
    this.metrics = metrics;
    this.clock = clock;
  }

  public List<BackgroundTask> tasks() {
    return List.of(
        new BackgroundTask("taking a checkpoint", checkpoints::takeIfDue),
        new BackgroundTask("writing off leases", leaseDesk::writeOff),
        new BackgroundTask("comparing leases", this::compareLeases),
        new BackgroundTask("looking for lost records", () -> metrics.record(lostRecords.detect())),
        new BackgroundTask("counting what is parked", this::countParked),
        new BackgroundTask("forgetting old periods of keys", this::forgetPeriods),
        new BackgroundTask("forgetting old caps", this::forgetCaps),
        new BackgroundTask("forgetting old series", this::forgetSeries),
        new BackgroundTask("forgetting old dead letters", this::forgetDeadLetters));
  }

  /** Seldom, as it goes through all leases. */
  private void compareLeases() {
    Instant now = clock.instant();
    if (!now.isBefore(compareAt)) {
      metrics.record(database.call(leases::totals));
      compareAt = now.plus(COMPARE_EVERY);
    }
  }

  private void countParked() {
    metrics.record(database.call(journals::backlog));
  }

  private void forgetPeriods() {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    database.run(
        connection ->
            leases.forgetPeriods(
                connection, today.minusDays(KEEP_LEASED_DAYS), today.plusDays(1), MOST_PERIODS));
    // apart, as counting locks the two in the other order
    database.run(connection -> keyUsage.forget(connection, today.minusDays(KEEP_USED_DAYS)));
  }

  private void forgetCaps() {
    Instant then = LeaseDesk.overAt(clock.instant());
    forget(connection -> caps.forgetDays(connection, then, MOST_PERIODS));
    forget(connection -> caps.forgetTokens(connection, then, MOST_PERIODS));
    forget(connection -> leaseJournals.forgetUsedUp(connection, MOST_PERIODS));
    database.run(connection -> caps.forgetSalts(connection, then));
  }

  /** Forgets batch by batch, until one is not full. */
  private void forget(Database.Work<Integer> batch) {
    int forgotten = MOST_PERIODS;
    for (int round = 0; round < MOST_ROUNDS && forgotten == MOST_PERIODS; round++) {
      forgotten = database.call(batch);
    }
  }

  private void forgetSeries() {
    Instant now = clock.instant();
    database.run(
        connection -> {
          Instant hours = now.minus(retention.hours());
          series.forget(connection, false, hours);
          Instant days = now.minus(retention.days());
          series.forget(connection, true, days);
          LocalDate today = now.atOffset(ZoneOffset.UTC).toLocalDate();
          LocalDate oldest = hours.atOffset(ZoneOffset.UTC).toLocalDate();
          retrievals.forget(connection, today, MOST_PIECES_A_DAY, oldest);
          answers.forget(connection, MOST_ANSWERS_AN_HOUR, hours);
          edgeStatuses.forget(connection, hours);
        });
  }

  private void forgetDeadLetters() {
    Instant then = clock.instant().minus(retention.deadLetters());
    database.run(
        connection -> {
          letters.forgetOlderThan(connection, then);
          approvals.forgetOlderThan(connection, then);
        });
  }
}
