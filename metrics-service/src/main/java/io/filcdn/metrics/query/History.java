package io.filcdn.metrics.query;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.filcdn.metrics.odometer.PostgresOdometers;
import io.filcdn.metrics.odometer.PostgresOdometers.UnbilledSum;
import io.filcdn.metrics.series.Dimension;
import io.filcdn.metrics.series.PostgresSeries;
import io.filcdn.metrics.series.PostgresSeries.Point;
import io.filcdn.metrics.series.PostgresSeries.Ranked;
import io.filcdn.metrics.series.Sums;
import io.filcdn.service.database.Database;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The history of what was served when. One value's series is a few rows; the largest values of a
 * dimension are found by looking at all, so those answers are kept and found anew in the
 * background.
 */
public final class History {

  /** Values in an answer about the largest. */
  static final int MOST_RANKED = 100;

  private static final Duration FRESH = Duration.ofMinutes(1);
  private static final int MOST_KEPT = 200;

  private final Database database;
  private final PostgresSeries series = new PostgresSeries();
  private final Clock clock;
  private final LoadingCache<Wanted, List<Ranked>> top;
  private final KeptAnswer<List<UnbilledSum>> unbilled;

  private record Wanted(Dimension dimension, int days) {}

  /**
   * @param background where kept answers are found anew
   */
  public History(Database database, Clock clock, Executor background) {
    this.database = database;
    this.clock = clock;
    PostgresOdometers odometers = new PostgresOdometers();
    this.unbilled = new KeptAnswer<>(() -> database.call(odometers::unbilled));
    this.top =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEPT)
            .refreshAfterWrite(FRESH)
            .executor(background)
            .build(this::rank);
  }

  /** All that was served and nobody pays for, by reason; two seconds old at most. */
  List<UnbilledSum> unbilled() {
    return unbilled.get();
  }

  /** The hours or days of one value that begin within a time. */
  List<Point> points(Dimension dimension, String value, boolean daily, Instant from, Instant to) {
    return database.call(
        connection -> series.points(connection, dimension, value, daily, from, to));
  }

  /** All that was served of a value in days that are kept. */
  Sums all(Dimension dimension, String value) {
    return points(dimension, value, true, Instant.EPOCH, clock.instant()).stream()
        .map(Point::sums)
        .reduce(Sums.NONE, Sums::plus);
  }

  /** The values with most bytes today and in the days before it, {@code days} in all. */
  List<Ranked> top(Dimension dimension, int days) {
    return top.get(new Wanted(dimension, days));
  }

  private List<Ranked> rank(Wanted wanted) {
    Instant since =
        clock.instant().truncatedTo(ChronoUnit.DAYS).minus(wanted.days - 1L, ChronoUnit.DAYS);
    return database.call(
        connection -> series.top(connection, wanted.dimension, since, MOST_RANKED));
  }
}
