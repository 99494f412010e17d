package io.filcdn.metrics;

import io.filcdn.metrics.intake.Reading;
import io.filcdn.metrics.intake.Reading.Flush;
import io.filcdn.metrics.intake.Reading.Refused;
import io.filcdn.metrics.odometer.Tally;
import io.filcdn.metrics.quota.Spending;
import io.filcdn.metrics.series.SeriesTally;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What one transaction counts, from the records that the gate lets through. */
final class Counting implements Consumer<Reading> {

  private final Tally tally;
  private final SeriesTally series;
  private final Spending spending = new Spending();
  private final Instant now;
  private final List<Refused> refused = new ArrayList<>();

  Counting(Tally tally, SeriesTally series, Instant now) {
    this.tally = tally;
    this.series = series;
    this.now = now;
  }

  @Override
  public void accept(Reading reading) {
    switch (reading) {
      case Flush flush -> {
        tally.add(flush.egress());
        spending.add(flush.egress());
        series.add(flush.egress());
      }
      case Refused nonsense -> refused.add(nonsense);
    }
  }

  /** Stores all that was accepted, in the caller's transaction; to be called once, at its end. */
  void store(Connection connection, Tables tables) throws SQLException {
    tables
        .deadLetters()
        .add(connection, refused.stream().map(r -> r.deadLetter(now)).toList(), now);
    tables.series().add(connection, series);
    tables.odometers().add(connection, tally);
    tables.leases().spend(connection, spending);
  }

  Tally tally() {
    return tally;
  }

  List<Refused> refused() {
    return refused;
  }
}
