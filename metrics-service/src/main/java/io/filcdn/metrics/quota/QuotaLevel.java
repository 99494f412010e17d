package io.filcdn.metrics.quota;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;

/**
 * The level of a quota: the lowest threshold that what is left of it is at or below.
 *
 * @param percent 20, 5 or 0; 100 where it is above all thresholds
 */
record QuotaLevel(int percent) {

  static final QuotaLevel FULL = new QuotaLevel(100);

  private static final List<QuotaLevel> THRESHOLDS =
      List.of(new QuotaLevel(20), new QuotaLevel(5), new QuotaLevel(0));

  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  /** The level of a quota; full where nothing was ever granted, as nothing can sink then. */
  static QuotaLevel of(Quota.Part quota) {
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
  Stream<QuotaLevel> crossedFrom(QuotaLevel before) {
    return THRESHOLDS.stream()
        .filter(level -> level.percent < before.percent && level.percent >= percent);
  }
}
