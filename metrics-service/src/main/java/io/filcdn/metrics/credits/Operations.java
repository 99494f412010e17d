package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditCause;
import io.filcdn.common.credit.CreditEntryRecord.ReservationName;
import io.filcdn.metrics.credits.CreditOperation.Cancel;
import io.filcdn.metrics.credits.CreditOperation.Commit;
import io.filcdn.metrics.credits.CreditOperation.Reserve;
import io.filcdn.metrics.credits.OperationResult.Done;
import io.filcdn.metrics.credits.OperationResult.Refused;
import io.filcdn.metrics.credits.Reservation.State;
import java.time.Instant;
import java.util.Optional;

/** The operations of one service on books that are locked. */
final class Operations {

  private final CreditService service;
  private final LockedBooks books;
  private final Instant now;

  Operations(CreditService service, LockedBooks books, Instant now) {
    this.service = service;
    this.books = books;
    this.now = now;
  }

  OperationResult perform(CreditOperation operation) {
    ReservationName name = new ReservationName(service.name(), operation.id());
    Optional<Reservation> known = books.reservation(name);
    return switch (operation) {
      case Reserve reserve ->
          known.map(found -> again(reserve, found)).orElseGet(() -> reserve(name, reserve));
      case Commit commit -> known.map(found -> commit(commit, found)).orElseGet(this::unknown);
      case Cancel _ -> known.map(this::cancel).orElseGet(this::unknown);
    };
  }

  private OperationResult unknown() {
    return new Refused(CreditRefusal.RESERVATION_UNKNOWN);
  }

  private OperationResult reserve(ReservationName name, Reserve operation) {
    if (!service.may(CreditScope.Action.RESERVE, operation.book().kind())) {
      return new Refused(CreditRefusal.SCOPE_MISSING);
    }
    Optional<Book> book = books.book(operation.book());
    Optional<Reservation> made =
        book.flatMap(b -> b.reserve(name, operation.amount(), now.plus(operation.time())));
    made.ifPresent(books::add);
    return made.<OperationResult>map(Done::new)
        .orElseGet(
            () ->
                new Refused(
                    CreditRefusal.CREDIT_SHORT,
                    Optional.of(book.map(b -> b.balance().available()).orElse(CreditAmount.ZERO))));
  }

  /** A reservation that is asked for again holds what it holds, and no longer than it did. */
  private static OperationResult again(Reserve operation, Reservation known) {
    if (!known.book().equals(operation.book()) || !known.amount().equals(operation.amount())) {
      return new Refused(CreditRefusal.ID_TAKEN);
    }
    return switch (known.state()) {
      case OPEN -> new Done(known);
      case TIMED_OUT -> new Refused(CreditRefusal.RESERVATION_TIMED_OUT);
      case COMMITTED, VOIDED -> new Refused(CreditRefusal.RESERVATION_CLOSED);
    };
  }

  private OperationResult commit(Commit operation, Reservation known) {
    if (!known.isOpen()) {
      return commitClosed(operation, known);
    }
    if (operation.amount().compareTo(known.amount()) > 0) {
      return new Refused(CreditRefusal.AMOUNT_EXCEEDED);
    }
    if (operation.amount().compareTo(known.committed()) < 0) {
      return new Refused(CreditRefusal.AMOUNT_OUTDATED);
    }
    Book book = books.bookOf(known);
    Reservation committed = book.commit(known, operation.amount());
    return done(
        operation
            .time()
            .map(time -> committed.until(later(known.expires(), now.plus(time))))
            .orElseGet(() -> book.close(committed, State.COMMITTED, CreditCause.COMMIT)));
  }

  /**
   * An operation that was done already is done; who used nothing more lost nothing to the timeout.
   */
  private static OperationResult commitClosed(Commit operation, Reservation known) {
    boolean same = operation.amount().equals(known.committed());
    return switch (known.state()) {
      case TIMED_OUT -> same ? new Done(known) : new Refused(CreditRefusal.RESERVATION_TIMED_OUT);
      case COMMITTED ->
          same && operation.time().isEmpty()
              ? new Done(known)
              : new Refused(CreditRefusal.RESERVATION_CLOSED);
      case OPEN, VOIDED -> new Refused(CreditRefusal.RESERVATION_CLOSED);
    };
  }

  private OperationResult cancel(Reservation known) {
    return switch (known.state()) {
      case OPEN -> done(books.bookOf(known).close(known, State.VOIDED, CreditCause.VOID));
      case VOIDED, TIMED_OUT -> new Done(known);
      case COMMITTED -> new Refused(CreditRefusal.RESERVATION_CLOSED);
    };
  }

  private OperationResult done(Reservation changed) {
    books.change(changed);
    return new Done(changed);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
