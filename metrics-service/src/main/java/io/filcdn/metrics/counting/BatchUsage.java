package io.filcdn.metrics.counting;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.metrics.intake.JournalGate.Passage;
import io.filcdn.metrics.intake.ParsedEgress;
import io.filcdn.metrics.intake.ParsedEgress.DeadLetterReason;
import io.filcdn.metrics.intake.ParsedEgress.Flush;
import io.filcdn.metrics.intake.ParsedEgress.Refused;
import io.filcdn.metrics.odometer.OdometerIncreases;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.quota.Holdings;
import io.filcdn.metrics.series.PostgresSeries;
import io.filcdn.metrics.series.SeriesIncreases;
import io.filcdn.service.database.Database.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The usage that one transaction counts: it is added up as records come through the gate, and
 * stored, each sum once, at the transaction's end.
 */
public final class BatchUsage implements Consumer<ParsedEgress> {

  private final Connection connection;
  private final Holdings holdings;
  private final OdometerIncreases odometers;
  private final SeriesIncreases series;
  private final Instant now;
  private final List<Refused> refused = new ArrayList<>();

  BatchUsage(
      Connection connection,
      Holdings holdings,
      OdometerIncreases odometers,
      SeriesIncreases series,
      Instant now) {
    this.connection = connection;
    this.holdings = holdings;
    this.odometers = odometers;
    this.series = series;
    this.now = now;
  }

  /**
   * Looks up at once what {@code records} need to know; others are looked up one by one. Of those
   * without a place nobody can tell whether they came before: they are dead letters each time they
   * come.
   */
  public void prepare(List<ParsedEgress> records) {
    load(
        records.stream()
            .flatMap(record -> record instanceof Flush f ? Stream.of(f.egress()) : Stream.empty())
            .toList());
    records.stream().filter(record -> record.position().isEmpty()).forEach(this);
  }

  /** Adds up a record, or takes it for a dead letter. */
  @Override
  public void accept(ParsedEgress record) {
    switch (record) {
      case Flush flush -> add(flush);
      case Refused nonsense -> refused.add(nonsense);
    }
  }

  private void add(Flush flush) {
    load(List.of(flush.egress()));
    Optional<String> excess = holdings.take(flush.egress(), flush.approved());
    if (excess.isPresent()) {
      refused.add(
          new Refused(
              flush.source(), flush.position(), DeadLetterReason.BEYOND_HOLDINGS, excess.get()));
    } else {
      odometers.add(flush.egress());
      series.add(flush.egress());
    }
  }

  private void load(List<EgressRecord> flushes) {
    try {
      holdings.load(connection, flushes);
    } catch (SQLException e) {
      throw new DatabaseException(e);
    }
  }

  /** Stores the dead letters. */
  public void keepDeadLetters() throws SQLException {
    new PostgresDeadLetters()
        .add(connection, refused.stream().map(r -> r.deadLetter(now)).toList(), now);
  }

  /**
   * Stores the sums of odometers and series.
   *
   * @throws ArithmeticException where an odometer cannot show one
   */
  public void addToOdometersAndSeries() throws SQLException {
    new PostgresSeries().add(connection, series);
    new PostgresOdometers().add(connection, odometers);
  }

  /**
   * Takes what was used from what its journals hold.
   *
   * @throws Holdings.BeyondHoldingsException where they do not hold all of it
   */
  public void takeFromLeases() throws SQLException {
    holdings.store(connection);
  }

  /** The outcome of a transaction that let records through so. */
  public BatchOutcome outcome(Passage passage) {
    return new BatchOutcome(passage, odometers.rows(), odometers.delay(), refused);
  }
}
