package io.filcdn.common.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.LongSupplier;

/**
 * A clock that begins with another one's time and that nobody puts right: for durations within a
 * process, which must not last longer because a clock was ahead.
 */
public final class SteadyClock extends Clock {

  /** The most that a wall clock is put back which was right; one put back by more was ahead. */
  public static final Duration MOST_PUT_BACK = Duration.ofMinutes(1);

  private final Clock wall;
  private final LongSupplier nanos;
  private final Instant begin;
  private final long beginNanos;

  /** One that begins now. */
  public SteadyClock(Clock wall) {
    this(wall, System::nanoTime);
  }

  /**
   * @param nanos a source as {@link System#nanoTime} is
   */
  SteadyClock(Clock wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.begin = wall.instant();
    this.beginNanos = nanos.getAsLong();
  }

  @Override
  public Instant instant() {
    return begin.plusNanos(nanos.getAsLong() - beginNanos);
  }

  @Override
  public ZoneId getZone() {
    return wall.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return new SteadyClock(wall.withZone(zone), nanos);
  }
}
