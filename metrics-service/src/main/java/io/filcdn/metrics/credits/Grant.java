package io.filcdn.metrics.credits;

import static java.util.Comparator.comparingInt;

import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditPot;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * The part of a grant that changes as it is used.
 *
 * @param priority smaller ones are used first
 * @param remaining what is neither held nor used; available until the grant has ended
 * @param held what reservations hold of it
 * @param expires when it ends; empty where it does not by itself
 */
record Grant(
    long number,
    int priority,
    CreditAmount remaining,
    CreditAmount held,
    Optional<Instant> expires,
    Optional<GrantEnd> ended) {

  /** By priority, then what expires soonest, then the oldest. */
  static final Comparator<Grant> ORDER_OF_USE =
      comparingInt(Grant::priority)
          .thenComparing(grant -> grant.expires.orElse(Instant.MAX))
          .thenComparingLong(Grant::number);

  /** The pot that its unspent rest is in, and what comes back goes to. */
  CreditPot pot() {
    return ended.map(GrantEnd::pot).orElse(CreditPot.AVAILABLE);
  }

  /** True where its time is over, and that has not been entered. */
  boolean isDue(Instant now) {
    return ended.isEmpty() && expires.filter(end -> !now.isBefore(end)).isPresent();
  }

  Grant held(CreditAmount amount) {
    return with(remaining.minus(amount), held.plus(amount));
  }

  Grant used(CreditAmount amount) {
    return with(remaining, held.minus(amount));
  }

  Grant returned(CreditAmount amount) {
    return with(remaining.plus(amount), held.minus(amount));
  }

  Grant ended(GrantEnd end) {
    return new Grant(number, priority, remaining, held, expires, Optional.of(end));
  }

  private Grant with(CreditAmount newRemaining, CreditAmount newHeld) {
    return new Grant(number, priority, newRemaining, newHeld, expires, ended);
  }
}
