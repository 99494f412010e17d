package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditAmount;
import java.time.Duration;
import java.util.Optional;

/** A thing that a service does with a reservation. Each can come again without harm. */
public sealed interface CreditOperation {

  /** The reservation's id, which the service chose. */
  String id();

  /** Holds an amount for a time. */
  record Reserve(String id, BookKey book, CreditAmount amount, Duration time)
      implements CreditOperation {}

  /**
   * Takes what was used.
   *
   * @param amount the sum of all that was used
   * @param time for which the rest goes on being held; empty where it comes back
   */
  record Commit(String id, CreditAmount amount, Optional<Duration> time)
      implements CreditOperation {}

  /** Gives back all that was not committed. */
  record Cancel(String id) implements CreditOperation {}
}
