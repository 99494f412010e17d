package io.filcdn.metrics;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.metrics.intake.ParsedEgress;
import io.filcdn.metrics.intake.ParsedEgress.Flush;
import io.filcdn.metrics.intake.ParsedEgress.DeadLetterReason;
import io.filcdn.metrics.intake.ParsedEgress.Refused;
import io.filcdn.metrics.odometer.OdometerIncreases;
import io.filcdn.metrics.quota.Holdings;
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
 * The counting of one transaction: of the records that the gate lets through and what their
 * journals hold.
 */
final class Counting implements Consumer<ParsedEgress> {

  private final Connection connection;
  private final Holdings holdings;

  private final OdometerIncreases tally;
  private final SeriesIncreases series;
  private final Instant now;
  private final List<Refused> refused = new ArrayList<>();

  Counting(Connection connection, Holdings holdings, OdometerIncreases tally, SeriesIncreases series, Instant now) {
    this.connection = connection;
    this.holdings = holdings;
    this.tally = tally;
    this.series = series;
    this.now = now;
  }

  /** Looks up at once what {@code records} need to know; the others are looked up one by one. */
  void expect(List<ParsedEgress> records) {
    load(
        records.stream()
            .flatMap(record -> record instanceof Flush f ? Stream.of(f.egress()) : Stream.empty())
            .toList());
  }

  @Override
  public void accept(ParsedEgress record) {
    switch (record) {
      case Flush flush -> count(flush);
      case Refused nonsense -> refused.add(nonsense);
    }
  }

  private void count(Flush flush) {
    load(List.of(flush.egress()));
    Optional<String> excess = holdings.take(flush.egress(), flush.approved());
    if (excess.isPresent()) {
      refused.add(
          new Refused(flush.source(), flush.position(), DeadLetterReason.BEYOND_HOLDINGS, excess.get()));
    } else {
      tally.add(flush.egress());
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

  /** Stores all that was accepted; to be called once, at the transaction's end. */
  void store(Tables tables) throws SQLException {
    tables
        .deadLetters()
        .add(connection, refused.stream().map(r -> r.deadLetter(now)).toList(), now);
    tables.series().add(connection, series);
    tables.odometers().add(connection, tally);
    holdings.store(connection);
  }

  OdometerIncreases tally() {
    return tally;
  }

  List<Refused> refused() {
    return refused;
  }
}
