package io.filcdn.metrics.quota;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;

/**
 * The level of a quota: the lowest threshold that what is left of it is at or below.
 *
 * @param percent 20, 5 or 0; 100 where it is above all thresholds
 */
record Level(int percent) {

  static final Level FULL = new Level(100);

  private static final List<Level> THRESHOLDS = List.of(new Level(20), new Level(5), new Level(0));

  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  /** The level of a quota; full where nothing was ever granted, as nothing can sink then. */
  static Level of(Quota.Part quota) {
    BigInteger granted = quota.granted().bytes();
    BigInteger left = quota.remaining().bytes();
    if (granted.signum() == 0) {
      return FULL;
    }
    return THRESHOLDS.reversed().stream()
        .filter(
            level ->
                left.multiply(HUNDRED)
                        .compareTo(granted.multiply(BigInteger.valueOf(level.percent)))
                    <= 0)
        .findFirst()
        .orElse(FULL);
  }

  /** The thresholds that are crossed on the way down from {@code before}, the highest first. */
  Stream<Level> crossedFrom(Level before) {
    return THRESHOLDS.stream()
        .filter(level -> level.percent < before.percent && level.percent >= percent);
  }
}
