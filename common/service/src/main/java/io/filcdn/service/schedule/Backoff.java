package io.filcdn.service.schedule;

import java.time.Duration;

/** The waits between failures: each wait is twice the one before, up to a longest. */
public final class Backoff {

  private final Duration first;
  private final Duration longest;
  private Duration next;

  public Backoff(Duration first, Duration longest) {
    this.first = first;
    this.longest = longest;
    this.next = first;
  }

  /** The wait after one more failure. */
  public Duration failed() {
    Duration wait = next;
    next = next.multipliedBy(2).compareTo(longest) < 0 ? next.multipliedBy(2) : longest;
    return wait;
  }

  /** Makes the next failure a first one. */
  public void succeeded() {
    next = first;
  }
}
