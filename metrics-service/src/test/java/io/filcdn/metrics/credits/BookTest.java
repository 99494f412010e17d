package io.filcdn.metrics.credits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditCause;
import io.filcdn.common.credit.CreditEntryRecord.ReservationName;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.common.credit.CreditPot;
import io.filcdn.metrics.credits.Reservation.Part;
import io.filcdn.metrics.credits.Reservation.State;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BookTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Instant SOON = NOW.plusSeconds(60);
  private static final Instant LATER = NOW.plusSeconds(3600);
  private static final BookKey KEY =
      new BookKey(CreditAccount.of("customer-1"), CreditKind.UPLOAD_BYTES);
  private static final ReservationName NAME = new ReservationName("gateway", "r1");

  private static CreditAmount amount(long units) {
    return CreditAmount.of(units);
  }

  private static Grant grant(long number, int priority, long units, Optional<Instant> expires) {
    return new Grant(number, priority, amount(units), CreditAmount.ZERO, expires, Optional.empty());
  }

  private static Book book(Instant now, Grant... grants) {
    Book book = new Book(KEY, Balance.ZERO, List.of(), now);
    List.of(grants).forEach(book::add);
    return book;
  }

  private static Reservation reserve(Book book, long units) {
    return book.reserve(NAME, amount(units), LATER).orElseThrow();
  }

  @Test
  void whatExpiresSoonestIsUsedFirstWithinItsPriority() {
    Book book =
        book(
            NOW,
            grant(1, 100, 10, Optional.empty()),
            grant(2, 100, 10, Optional.of(LATER)),
            grant(3, 100, 10, Optional.of(SOON)),
            grant(4, 5, 10, Optional.empty()));

    Reservation made = reserve(book, 35);

    assertThat(made.parts())
        .containsExactly(
            new Part(4, amount(10)),
            new Part(3, amount(10)),
            new Part(2, amount(10)),
            new Part(1, amount(5)));
    assertThat(book.balance())
        .isEqualTo(new Balance(amount(5), amount(35), CreditAmount.ZERO, CreditAmount.ZERO));
  }

  @Test
  void moreThanIsAvailableIsNotReserved() {
    Book book = book(NOW, grant(1, 100, 10, Optional.empty()));

    assertThat(book.reserve(NAME, amount(11), LATER)).isEmpty();
    assertThat(book.balance().available()).isEqualTo(amount(10));
    assertThat(book.reserve(NAME, amount(10), LATER)).isPresent();
  }

  @Test
  void aGrantIsDueFromItsEndOnUntilThatIsEntered() {
    Grant grant = grant(1, 1, 10, Optional.of(NOW));

    assertThat(grant.isDue(NOW.minusMillis(1))).isFalse();
    assertThat(grant.isDue(NOW)).isTrue();
    assertThat(grant(1, 1, 10, Optional.empty()).isDue(LATER)).isFalse();
    assertThat(grant.ended(GrantEnd.REVOKED).isDue(LATER)).isFalse();
  }

  @Test
  void onlyGrantsWhoseTimeIsOverExpire() {
    Book book =
        book(
            NOW,
            grant(1, 1, 10, Optional.of(NOW)),
            grant(2, 1, 20, Optional.of(SOON)),
            grant(3, 1, 30, Optional.empty()));
    assertThat(book.grants()).isEqualTo(3);

    book.expireGrants();

    assertThat(book.changedGrants()).extracting(Grant::number).containsExactly(1L);
    assertThat(book.balance().available()).isEqualTo(amount(50));
  }

  @Test
  void aReservationIsDueFromItsEndOnWhileItIsOpen() {
    Reservation made = reserve(book(NOW, grant(1, 1, 10, Optional.empty())), 10);

    assertThat(made.isOpen()).isTrue();
    assertThat(made.isDue(LATER.minusMillis(1))).isFalse();
    assertThat(made.isDue(LATER)).isTrue();
    Reservation voided = made.closed(State.VOIDED, NOW);
    assertThat(voided.isOpen()).isFalse();
    assertThat(voided.isDue(LATER)).isFalse();
  }

  @Test
  void whatIsUsedIsNotHeldAnyMore() {
    Book book = book(NOW, grant(1, 100, 10, Optional.empty()));

    book.commit(reserve(book, 7), amount(4));

    assertThat(book.changed(1).orElseThrow().held()).isEqualTo(amount(3));
    assertThat(book.changed(1).orElseThrow().remaining()).isEqualTo(amount(3));
  }

  @Test
  void whatIsUsedOnChainIsEntered() {
    Book book = book(NOW);

    book.payOnChain(amount(5));

    assertThat(book.entries())
        .extracting(Entry::debit, Entry::credit, Entry::amount)
        .containsExactly(tuple(CreditPot.PAID_ON_CHAIN, CreditPot.USED, amount(5)));
  }

  @Test
  void whatIsNotUsedComesBackToItsGrant() {
    Book book =
        book(NOW, grant(1, 100, 10, Optional.of(SOON)), grant(2, 100, 10, Optional.of(LATER)));

    Reservation part = book.commit(reserve(book, 15), amount(4));
    Reservation closed =
        book.close(book.commit(part, amount(12)), State.COMMITTED, CreditCause.COMMIT);

    assertThat(closed.committed()).isEqualTo(amount(12));
    assertThat(closed.closed()).contains(NOW);
    assertThat(book.changed(1).orElseThrow().remaining()).isEqualTo(CreditAmount.ZERO);
    assertThat(book.changed(2).orElseThrow().remaining()).isEqualTo(amount(8));
    assertThat(book.balance())
        .isEqualTo(new Balance(amount(8), CreditAmount.ZERO, amount(12), CreditAmount.ZERO));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 9, 10, 11, 29, 30})
  void partsOfASumAreThoseOfItsGrantsInOrder(long used) {
    Reservation made =
        reserve(
            book(
                NOW,
                grant(1, 1, 10, Optional.empty()),
                grant(2, 2, 10, Optional.empty()),
                grant(3, 3, 10, Optional.empty())),
            30);

    assertThat(sum(made.between(CreditAmount.ZERO, amount(used)))).isEqualTo(used);
    assertThat(sum(made.between(amount(used), made.amount()))).isEqualTo(30 - used);
    assertThat(made.between(CreditAmount.ZERO, amount(used)))
        .allSatisfy(part -> assertThat(part.amount().isZero()).isFalse());
  }

  private static long sum(List<Part> parts) {
    return parts.stream().mapToLong(part -> part.amount().units().longValueExact()).sum();
  }

  @Test
  void whatComesBackToAGrantThatHasEndedIsNotAvailable() {
    Book before = book(NOW, grant(1, 100, 10, Optional.of(SOON)));
    Reservation made = reserve(before, 6);

    Book after = new Book(KEY, before.balance(), before.changedGrants(), SOON);
    after.expireGrants();
    after.close(after.commit(made, amount(2)), State.VOIDED, CreditCause.VOID);

    assertThat(after.balance())
        .isEqualTo(new Balance(CreditAmount.ZERO, CreditAmount.ZERO, amount(2), CreditAmount.ZERO));
    assertThat(after.entries())
        .extracting(Entry::credit, Entry::cause, Entry::amount)
        .containsExactly(
            tuple(CreditPot.EXPIRED, CreditCause.EXPIRY, amount(4)),
            tuple(CreditPot.USED, CreditCause.COMMIT, amount(2)),
            tuple(CreditPot.EXPIRED, CreditCause.VOID, amount(4)));
  }

  @Test
  void anAmountThatIsNotThereIsNeverMoved() {
    assertThatThrownBy(
            () -> Balance.ZERO.moved(CreditPot.AVAILABLE, CreditPot.HELD, CreditAmount.of(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
