package io.filcdn.metrics.accounts;

import java.time.Duration;
import java.util.Optional;

/**
 * A rotation that a payer asks for.
 *
 * @param overlap for how long the secrets before the new one are still good: from none to 30 days,
 *     an hour where it is left out
 */
public record Rotation(Optional<Duration> overlap) {

  private static final Duration USUAL = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofDays(30);

  public Rotation {
    if (overlap.filter(time -> time.isNegative() || time.compareTo(LONGEST) > 0).isPresent()) {
      throw new IllegalArgumentException(
          "expected an overlap of PT0S to P30D, found %s".formatted(overlap.get()));
    }
  }

  Duration time() {
    return overlap.orElse(USUAL);
  }
}
