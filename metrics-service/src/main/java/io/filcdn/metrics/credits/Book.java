package io.filcdn.metrics.credits;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditCause;
import io.filcdn.common.credit.CreditEntryRecord.ReservationName;
import io.filcdn.common.credit.CreditPot;
import io.filcdn.metrics.credits.Reservation.Part;
import io.filcdn.metrics.credits.Reservation.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An account's credit of a kind, while its row is locked: its balance, its grants that are not
 * spent, and the entries by which both change. What is available is always the sum of what remains
 * of grants that have not ended, and each change is an entry.
 *
 * <p>Not thread-safe: it belongs to the transaction that locked the row.
 */
final class Book {

  private final BookKey key;
  private final Instant now;
  private final Map<Long, Grant> grants = new HashMap<>();
  private final Set<Long> changed = new HashSet<>();
  private final List<Entry> entries = new ArrayList<>();
  private Balance balance;

  /**
   * @param grants those that have something left or held
   */
  Book(BookKey key, Balance balance, Collection<Grant> grants, Instant now) {
    this.key = key;
    this.balance = balance;
    this.now = now;
    grants.forEach(grant -> this.grants.put(grant.number(), grant));
  }

  BookKey key() {
    return key;
  }

  Balance balance() {
    return balance;
  }

  /** The number of grants that are not spent. */
  int grants() {
    return grants.size();
  }

  /** The grants that changed. */
  List<Grant> changedGrants() {
    return changed.stream().map(this::grant).toList();
  }

  /** A grant, where it changed. */
  Optional<Grant> changed(long number) {
    return changed.contains(number) ? Optional.of(grant(number)) : Optional.empty();
  }

  /** The entries that tell of all that changed. */
  List<Entry> entries() {
    return entries;
  }

  /** Ends the grants whose time is over. */
  void expireGrants() {
    List.copyOf(grants.values()).stream()
        .filter(grant -> grant.isDue(now))
        .sorted(Grant.ORDER_OF_USE)
        .forEach(grant -> end(grant, GrantEnd.EXPIRED, CreditCause.EXPIRY));
  }

  /** Adds a new grant, all of which remains. */
  void add(Grant grant) {
    grants.put(grant.number(), grant);
    enter(
        CreditPot.ISSUED,
        CreditPot.AVAILABLE,
        new Part(grant.number(), grant.remaining()),
        CreditCause.GRANT,
        Optional.empty());
  }

  /** Ends a grant; what remains of it, and what yet comes back, is not available. */
  void end(Grant grant, GrantEnd end, CreditCause cause) {
    change(grant.ended(end));
    enter(
        grant.pot(),
        end.pot(),
        new Part(grant.number(), grant.remaining()),
        cause,
        Optional.empty());
  }

  /** Holds an amount for a reservation; empty where less is available. */
  Optional<Reservation> reserve(ReservationName name, CreditAmount amount, Instant expires) {
    if (balance.available().compareTo(amount) < 0) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>();
    CreditAmount left = amount;
    for (Grant grant : grants.values().stream().sorted(Grant.ORDER_OF_USE).toList()) {
      CreditAmount taken = grant.remaining().min(left);
      if (grant.ended().isEmpty() && !taken.isZero()) {
        Part part = new Part(grant.number(), taken);
        parts.add(part);
        left = left.minus(taken);
        change(grant.held(taken));
        enter(CreditPot.AVAILABLE, CreditPot.HELD, part, CreditCause.RESERVE, Optional.of(name));
      }
    }
    if (!left.isZero()) {
      throw new IllegalStateException(
          "expected grants of %s to have the %s that are available, %s are missing"
              .formatted(key, balance.available(), left));
    }
    return Optional.of(
        new Reservation(
            name,
            key,
            amount,
            CreditAmount.ZERO,
            List.copyOf(parts),
            State.OPEN,
            expires,
            Optional.empty()));
  }

  /**
   * Takes what a reservation used.
   *
   * @param sum what it used in all, not less than before and at most its amount
   */
  Reservation commit(Reservation reservation, CreditAmount sum) {
    for (Part part : reservation.between(reservation.committed(), sum)) {
      change(grant(part.grant()).used(part.amount()));
      enter(
          CreditPot.HELD,
          CreditPot.USED,
          part,
          CreditCause.COMMIT,
          Optional.of(reservation.name()));
    }
    return reservation.committed(sum);
  }

  /** Closes a reservation: what it still holds comes back to its grants. */
  Reservation close(Reservation reservation, State state, CreditCause cause) {
    for (Part part : reservation.between(reservation.committed(), reservation.amount())) {
      Grant grant = grant(part.grant());
      change(grant.returned(part.amount()));
      enter(CreditPot.HELD, grant.pot(), part, cause, Optional.of(reservation.name()));
    }
    return reservation.closed(state, now);
  }

  /** Takes down what was used and is paid on chain. */
  void payOnChain(CreditAmount amount) {
    enter(
        new Entry(
            key,
            CreditPot.PAID_ON_CHAIN,
            CreditPot.USED,
            amount,
            CreditCause.INDEX,
            Optional.empty(),
            Optional.empty()));
  }

  private Grant grant(long number) {
    return requireNonNull(grants.get(number), "a grant that is held is not in its book");
  }

  private void change(Grant grant) {
    grants.put(grant.number(), grant);
    changed.add(grant.number());
  }

  private void enter(
      CreditPot debit,
      CreditPot credit,
      Part part,
      CreditCause cause,
      Optional<ReservationName> reservation) {
    enter(
        new Entry(
            key, debit, credit, part.amount(), cause, Optional.of(part.grant()), reservation));
  }

  private void enter(Entry entry) {
    if (!entry.amount().isZero()) {
      balance = balance.moved(entry.debit(), entry.credit(), entry.amount());
      entries.add(entry);
    }
  }
}
