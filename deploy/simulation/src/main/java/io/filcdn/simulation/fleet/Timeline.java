package io.filcdn.simulation.fleet;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.PriorityQueue;

/** The events to come, the earliest first, and the time. */
public final class Timeline extends Clock {

  /** The begin of time: midnight. */
  public static final Instant BEGIN = Instant.parse("2026-12-01T00:00:00Z");

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long order;
  private long now;

  private record Event(long at, long order, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at == other.at ? Long.compare(order, other.order) : Long.compare(at, other.at);
    }
  }

  /** Nanoseconds since the begin. */
  public long now() {
    return now;
  }

  /** Has a task run at a time that is not over. */
  public void at(long nanos, Runnable task) {
    if (nanos < now) {
      throw new IllegalArgumentException(
          "expected a time from %d on, found %d: it is over".formatted(now, nanos));
    }
    events.add(new Event(nanos, order, task));
    order++;
  }

  /** Runs all that comes before a time, and makes it that time. */
  public void runUntil(long nanos) {
    while (!events.isEmpty() && events.element().at() < nanos) {
      Event event = events.remove();
      now = event.at();
      event.task().run();
    }
    now = Math.max(now, nanos);
  }

  @Override
  public Instant instant() {
    return BEGIN.plusNanos(now);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return Clock.fixed(instant(), zone);
  }
}
