package io.filcdn.metrics.credits;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.credit.CreditCause;
import io.filcdn.common.credit.CreditEntryRecord.ReservationName;
import io.filcdn.metrics.credits.Reservation.State;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The books that a transaction has locked, with the reservations that it asked for and those whose
 * time is over. Nobody else changes them until it ends.
 */
final class LockedBooks {

  private final Map<BookKey, Book> books = new LinkedHashMap<>();
  private final Map<ReservationName, Reservation> reservations = new LinkedHashMap<>();
  private final Set<ReservationName> added = new LinkedHashSet<>();
  private final Set<ReservationName> changed = new HashSet<>();

  /**
   * @throws CollisionException where a reservation's book is not locked, as it was made just now
   */
  LockedBooks(Collection<Book> books, Collection<Reservation> reservations) {
    books.forEach(book -> this.books.put(book.key(), book));
    reservations.forEach(found -> this.reservations.put(found.name(), found));
    if (reservations.stream().anyMatch(found -> !this.books.containsKey(found.book()))) {
      throw new CollisionException();
    }
  }

  /** A failure: another transaction made a reservation of the same name. It is to be done again. */
  static final class CollisionException extends RuntimeException {
    CollisionException() {
      super("another transaction made a reservation of the same name");
    }
  }

  Optional<Book> book(BookKey key) {
    return Optional.ofNullable(books.get(key));
  }

  /** The book that a reservation is of. */
  Book bookOf(Reservation reservation) {
    return requireNonNull(books.get(reservation.book()), "a reservation's book is locked");
  }

  Optional<Reservation> reservation(ReservationName name) {
    return Optional.ofNullable(reservations.get(name));
  }

  /** Adds a reservation that was not there. */
  void add(Reservation reservation) {
    reservations.put(reservation.name(), reservation);
    added.add(reservation.name());
  }

  /** Replaces a reservation. */
  void change(Reservation reservation) {
    reservations.put(reservation.name(), reservation);
    if (!added.contains(reservation.name())) {
      changed.add(reservation.name());
    }
  }

  /**
   * Enters that grants have ended, and closes reservations whose time is over.
   *
   * @return the number of such reservations of the book that had most
   */
  long passTime(Instant now) {
    books.values().forEach(Book::expireGrants);
    Map<BookKey, Long> closed = new HashMap<>();
    for (Reservation due : List.copyOf(reservations.values())) {
      if (due.isDue(now)) {
        change(bookOf(due).close(due, State.TIMED_OUT, CreditCause.TIMEOUT));
        closed.merge(due.book(), 1L, Long::sum);
      }
    }
    return closed.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** A grant of a locked book as it is by now, with what this transaction has done to it. */
  StoredGrant latest(StoredGrant stored) {
    return book(stored.book())
        .flatMap(book -> book.changed(stored.number()))
        .map(stored::with)
        .orElse(stored);
  }

  Collection<Book> books() {
    return books.values();
  }

  List<Reservation> added() {
    return added.stream().map(this::known).toList();
  }

  List<Reservation> changed() {
    return changed.stream().map(this::known).toList();
  }

  List<Entry> entries() {
    return books.values().stream().flatMap(book -> book.entries().stream()).toList();
  }

  private Reservation known(ReservationName name) {
    return requireNonNull(reservations.get(name), "what changed is there");
  }
}
