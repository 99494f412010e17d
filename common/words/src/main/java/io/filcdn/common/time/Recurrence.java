package io.filcdn.common.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The turns of what is done again and again. No turn is further away than the time between two: a
 * clock that was ahead and is put right does not put the next one off. For one thread.
 */
public final class Recurrence {

  private final Duration every;
  private final Clock clock;
  private Instant next;

  /**
   * @param next the first turn
   */
  public Recurrence(Duration every, Instant next, Clock clock) {
    this.every = every;
    this.clock = clock;
    this.next = next;
  }

  /** True where it is time. */
  public boolean isDue() {
    Instant now = clock.instant();
    return !now.isBefore(next) || now.plus(every).plus(SteadyClock.MOST_PUT_BACK).isBefore(next);
  }

  /** Notes that it was done now. */
  public void done() {
    next = clock.instant().plus(every);
  }
}
