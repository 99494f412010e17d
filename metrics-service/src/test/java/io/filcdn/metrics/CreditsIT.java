package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.TxHash;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditEntryRecord;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.credits.BookKey;
import io.filcdn.metrics.credits.CreditDesk;
import io.filcdn.metrics.credits.CreditOperation;
import io.filcdn.metrics.credits.CreditOperation.Cancel;
import io.filcdn.metrics.credits.CreditOperation.Commit;
import io.filcdn.metrics.credits.CreditOperation.Reserve;
import io.filcdn.metrics.credits.CreditRefusal;
import io.filcdn.metrics.credits.CreditScope;
import io.filcdn.metrics.credits.CreditService;
import io.filcdn.metrics.credits.Credits;
import io.filcdn.metrics.credits.GrantDesk;
import io.filcdn.metrics.credits.GrantEnd;
import io.filcdn.metrics.credits.NewGrant;
import io.filcdn.metrics.credits.NewGrant.Payment;
import io.filcdn.metrics.credits.OperationResult;
import io.filcdn.metrics.credits.OperationResult.Done;
import io.filcdn.metrics.credits.OperationResult.Refused;
import io.filcdn.metrics.credits.Reservation;
import io.filcdn.metrics.credits.Reservation.State;
import io.filcdn.metrics.credits.StoredGrant;
import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The credit server on a real database and Kafka, with a clock that tests move. */
class CreditsIT {

  private static final CreditAccount ACCOUNT = CreditAccount.of("customer-1");
  private static final BookKey UPLOADS = new BookKey(ACCOUNT, CreditKind.UPLOAD_BYTES);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final CreditService GATEWAY =
      new CreditService(
          "gateway",
          Arrays.stream(CreditKind.values())
              .map(kind -> new CreditScope(CreditScope.Action.RESERVE, kind))
              .collect(Collectors.toSet()));

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private final List<MetricsService> services = new ArrayList<>();
  private CreditDesk desk;
  private GrantDesk grants;

  @BeforeEach
  void startAnew() {
    stack.forget();
    Credits credits = process(stack.dataSource()).credits();
    desk = credits.desk();
    grants = credits.grantDesk();
  }

  @AfterEach
  void closeServices() {
    services.forEach(MetricsService::close);
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  /** A process that does nothing unless it is asked. */
  private MetricsService process(DataSource database) {
    MetricsService process = stack.service(database, clock, new SimpleMeterRegistry());
    services.add(process);
    return process;
  }

  private static CreditAmount amount(long units) {
    return CreditAmount.of(units);
  }

  private static NewGrant wanted(String id, BookKey book, long units, Optional<Instant> expires) {
    return new NewGrant(
        id,
        book.account(),
        book.kind(),
        amount(units),
        "test",
        Optional.empty(),
        expires,
        Optional.empty());
  }

  private StoredGrant grant(String id, BookKey book, long units) {
    return given(grants.grant("till", wanted(id, book, units, Optional.empty())));
  }

  private static StoredGrant given(GrantDesk.Outcome outcome) {
    assertThat(outcome).isInstanceOf(GrantDesk.Outcome.Done.class);
    return ((GrantDesk.Outcome.Done) outcome).grant();
  }

  private OperationResult perform(CreditOperation operation) {
    return desk.perform(GATEWAY, List.of(operation)).getFirst();
  }

  private static Reserve reserve(String id, long units) {
    return new Reserve(id, UPLOADS, amount(units), MINUTE);
  }

  private static Commit commit(String id, long sum) {
    return new Commit(id, amount(sum), Optional.empty());
  }

  private static Reservation done(OperationResult result) {
    assertThat(result).isInstanceOf(Done.class);
    return ((Done) result).reservation();
  }

  private static OperationResult refused(CreditRefusal reason) {
    return new Refused(reason);
  }

  /** The balance: available, held and used. */
  private static List<String> balance() {
    return stack.rows(
        "select available, held, used from credit_balance where kind = 'uploadBytes'");
  }

  /** Whatever was done: entries, balances and grants say the same, and nothing is below zero. */
  private static void assertThatBooksAgree() {
    String pots = "sum(amount * ((credit = '%1$s')::int - (debit = '%1$s')::int))";
    assertThat(
            stack.rows(
                """
                select b.account, b.kind from credit_balance b left join (
                  select account, kind, %s as available, %s as held, %s as used
                  from credit_entry group by account, kind) e using (account, kind)
                where (b.available, b.held, b.used) is distinct from (
                  coalesce(e.available, 0), coalesce(e.held, 0), coalesce(e.used, 0))
                """
                    .formatted(
                        pots.formatted("available"),
                        pots.formatted("held"),
                        pots.formatted("used"))))
        .as("entries add up to balances")
        .isEmpty();
    assertThat(
            stack.rows(
                """
                select b.account, b.kind from credit_balance b left join (
                  select account, kind, sum(remaining) filter (where ended is null) as available,
                    sum(held) as held from credit_grant group by account, kind) g
                using (account, kind)
                where (b.available, b.held) is distinct from (
                  coalesce(g.available, 0), coalesce(g.held, 0))
                """))
        .as("grants add up to balances")
        .isEmpty();
    assertThat(
            stack.rows(
                """
                select b.account, b.kind from credit_balance b left join (
                  select account, kind, sum(amount - committed) filter (where state = 'open') as held,
                    sum(committed) as used from credit_reservation group by account, kind) r
                using (account, kind)
                where (b.held, b.used - b.paid_on_chain) is distinct from (
                  coalesce(r.held, 0), coalesce(r.used, 0))
                """))
        .as("reservations add up to balances")
        .isEmpty();
  }

  private static <T> List<T> atOnce(int threads, List<Callable<T>> calls) throws Exception {
    List<T> results = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (Future<T> future : executor.invokeAll(calls)) {
        results.add(future.get());
      }
    }
    return results;
  }

  @Test
  void aThousandReservationsAtOnceOfAHundredUnitsGetAHundred() throws Exception {
    grant("g1", UPLOADS, 60);
    grant("g2", UPLOADS, 40);
    CreditDesk other = process(stack.dataSource()).credits().desk();

    List<OperationResult> results =
        atOnce(
            16,
            IntStream.range(0, 1000)
                .<Callable<OperationResult>>mapToObj(
                    i ->
                        () ->
                            (i % 2 == 0 ? desk : other)
                                .perform(GATEWAY, List.of(reserve("r" + i, 1)))
                                .getFirst())
                .toList());

    assertThat(results).filteredOn(Done.class::isInstance).hasSize(100);
    assertThat(results)
        .filteredOn(Refused.class::isInstance)
        .hasSize(900)
        .containsOnly(new Refused(CreditRefusal.CREDIT_SHORT, Optional.of(CreditAmount.ZERO)));
    assertThat(balance()).containsExactly("0 100 0");
    assertThatBooksAgree();
  }

  @Test
  void theSameIdTwiceIsOneAlsoAtOnce() throws Exception {
    grant("g", UPLOADS, 100);
    CreditDesk other = process(stack.dataSource()).credits().desk();

    List<OperationResult> results =
        atOnce(
            8,
            IntStream.range(0, 64)
                .<Callable<OperationResult>>mapToObj(
                    i ->
                        () ->
                            (i % 2 == 0 ? desk : other)
                                .perform(GATEWAY, List.of(reserve("r", 30)))
                                .getFirst())
                .toList());

    assertThat(results).allSatisfy(result -> assertThat(done(result).isOpen()).isTrue());
    assertThat(balance()).containsExactly("70 30 0");
    assertThat(perform(reserve("r", 31))).isEqualTo(refused(CreditRefusal.ID_TAKEN));
    CreditService another = new CreditService("another", GATEWAY.scopes());
    assertThat(desk.perform(another, List.of(reserve("r", 30))).getFirst())
        .isInstanceOf(Done.class);
    assertThat(balance()).containsExactly("40 60 0");
    assertThatBooksAgree();
  }

  /** Of two accounts: no row is locked that both would wait for. */
  @Test
  void theSameIdAtOnceForTwoAccountsIsOne() throws Exception {
    List<BookKey> books =
        IntStream.range(0, 4)
            .mapToObj(i -> new BookKey(CreditAccount.of("c" + i), CreditKind.UPLOAD_BYTES))
            .toList();
    books.forEach(book -> grant("g-" + book.account(), book, 100));

    List<OperationResult> results =
        atOnce(
            8,
            IntStream.range(0, 200)
                .<Callable<OperationResult>>mapToObj(
                    i ->
                        () ->
                            desk.perform(
                                    GATEWAY,
                                    List.of(
                                        new Reserve(
                                            "r" + i / 8, books.get(i % 4), amount(1), MINUTE)))
                                .getFirst())
                .toList());

    assertThat(results).filteredOn(Refused.class::isInstance).hasSize(150);
    assertThat(stack.rows("select count(*), sum(amount) from credit_reservation"))
        .containsExactly("25 25");
    assertThatBooksAgree();
  }

  @Test
  void batchesOnTheSameAccountsInAnyOrderDoNotWaitForEachOther() throws Exception {
    List<BookKey> books =
        IntStream.range(0, 20)
            .mapToObj(i -> new BookKey(CreditAccount.of("c" + i), CreditKind.DOWNLOAD_BYTES))
            .toList();
    books.forEach(book -> grant("g-" + book.account(), book, 10));

    List<List<OperationResult>> results =
        atOnce(
            8,
            IntStream.range(0, 40)
                .<Callable<List<OperationResult>>>mapToObj(
                    batch ->
                        () -> {
                          Random random = new Random(batch);
                          return desk.perform(
                              GATEWAY,
                              IntStream.range(0, 20)
                                  .<CreditOperation>mapToObj(
                                      i ->
                                          new Reserve(
                                              batch + "-" + i,
                                              books.get(random.nextInt(books.size())),
                                              amount(1),
                                              MINUTE))
                                  .toList());
                        })
                .toList());

    assertThat(results.stream().flatMap(List::stream).filter(Done.class::isInstance)).hasSize(200);
    assertThatBooksAgree();
  }

  @Test
  void aReservationIsCommittedWithWhatWasUsedAndTheRestComesBack() {
    grant("g", UPLOADS, 100);

    assertThat(done(perform(reserve("r", 50))).expires()).isEqualTo(NOON.plus(MINUTE));
    assertThat(perform(commit("r", 51))).isEqualTo(refused(CreditRefusal.AMOUNT_EXCEEDED));
    assertThat(done(perform(commit("r", 20))).state()).isEqualTo(State.COMMITTED);

    assertThat(balance()).containsExactly("80 0 20");
    assertThat(done(perform(commit("r", 20))).state()).isEqualTo(State.COMMITTED);
    assertThat(perform(commit("r", 21))).isEqualTo(refused(CreditRefusal.RESERVATION_CLOSED));
    assertThat(perform(new Cancel("r"))).isEqualTo(refused(CreditRefusal.RESERVATION_CLOSED));
    assertThat(perform(reserve("r", 50))).isEqualTo(refused(CreditRefusal.RESERVATION_CLOSED));
    assertThat(balance()).containsExactly("80 0 20");
    assertThat(perform(commit("other", 1))).isEqualTo(refused(CreditRefusal.RESERVATION_UNKNOWN));
  }

  @Test
  void aVoidedReservationIsAsIfItHadNotBeen() {
    grant("g", UPLOADS, 100);
    perform(reserve("r", 50));

    assertThat(done(perform(new Cancel("r"))).state()).isEqualTo(State.VOIDED);
    assertThat(done(perform(new Cancel("r"))).state()).isEqualTo(State.VOIDED);

    assertThat(balance()).containsExactly("100 0 0");
    assertThat(perform(commit("r", 1))).isEqualTo(refused(CreditRefusal.RESERVATION_CLOSED));
  }

  /** No background task has to run for it. */
  @Test
  void aReservationWhoseTimeIsOverDoesNotHoldAnything() {
    grant("g", UPLOADS, 100);
    perform(reserve("r", 100));
    clock.move(MINUTE.minusMillis(1));
    assertThat(perform(reserve("s", 1)))
        .isEqualTo(new Refused(CreditRefusal.CREDIT_SHORT, Optional.of(CreditAmount.ZERO)));

    clock.move(Duration.ofMillis(1));

    assertThat(done(perform(reserve("s", 100))).isOpen()).isTrue();
    assertThat(perform(commit("r", 1))).isEqualTo(refused(CreditRefusal.RESERVATION_TIMED_OUT));
    assertThat(done(perform(new Cancel("r"))).state()).isEqualTo(State.TIMED_OUT);
    assertThatBooksAgree();
  }

  @Test
  void moreReservationsThanAreTimedOutAtOnceDoNotHoldAnything() {
    grant("g", UPLOADS, 2500);
    for (int call = 0; call < 3; call++) {
      int first = call * 1000;
      desk.perform(
          GATEWAY,
          IntStream.range(first, Math.min(first + 1000, 2500))
              .<CreditOperation>mapToObj(i -> reserve("r" + i, 1))
              .toList());
    }
    assertThat(balance()).containsExactly("0 2500 0");
    clock.move(MINUTE);

    assertThat(done(perform(reserve("s", 2500))).isOpen()).isTrue();
    assertThatBooksAgree();
  }

  @Test
  void timeIsEnteredWhenNobodyCalls() {
    grants.grant("till", wanted("g", UPLOADS, 100, Optional.of(NOON.plus(Duration.ofHours(1)))));
    perform(reserve("r", 40));
    clock.move(MINUTE);
    desk.passTime();
    assertThat(balance()).containsExactly("100 0 0");

    clock.move(Duration.ofHours(1));
    desk.passTime();

    assertThat(balance()).containsExactly("0 0 0");
    assertThat(stack.rows("select debit, credit, amount, cause from credit_entry order by number"))
        .containsExactly(
            "issued available 100 grant",
            "available held 40 reserve",
            "held available 40 timeout",
            "available expired 100 expiry");
  }

  /** A slice: a server decides locally within it, and tells its sum from time to time. */
  @Test
  void aSliceIsCommittedInPartsAndRenewed() {
    grant("g", UPLOADS, 100);
    perform(reserve("slice", 60));
    clock.move(Duration.ofSeconds(50));

    Reservation renewed = done(perform(new Commit("slice", amount(10), Optional.of(MINUTE))));
    assertThat(renewed.expires()).isEqualTo(clock.instant().plus(MINUTE));
    assertThat(done(perform(new Commit("slice", amount(10), Optional.of(MINUTE)))).committed())
        .isEqualTo(amount(10));
    assertThat(perform(new Commit("slice", amount(9), Optional.of(MINUTE))))
        .isEqualTo(refused(CreditRefusal.AMOUNT_OUTDATED));
    assertThat(balance()).containsExactly("40 50 10");

    clock.move(MINUTE);
    assertThat(done(perform(commit("slice", 10))).state()).isEqualTo(State.TIMED_OUT);
    assertThat(perform(commit("slice", 11)))
        .isEqualTo(refused(CreditRefusal.RESERVATION_TIMED_OUT));
    assertThat(balance()).containsExactly("90 0 10");
    assertThatBooksAgree();
  }

  @Test
  void aReservationThatEndedLongAgoIsForgottenAndItsEntriesAreNot() {
    grant("g", UPLOADS, 100);
    perform(reserve("r", 10));
    perform(commit("r", 10));
    perform(reserve("open", 10));

    desk.forget(NOON);

    assertThat(stack.rows("select id from credit_reservation")).containsExactly("open");
    assertThat(stack.rows("select count(*) from credit_entry")).containsExactly("4");
  }

  @Test
  void aKindPaysForNoOtherAndAScopeIsOfAKind() {
    grant("g", UPLOADS, 100);
    BookKey downloads = new BookKey(ACCOUNT, CreditKind.DOWNLOAD_BYTES);

    assertThat(perform(new Reserve("r", downloads, amount(1), MINUTE)))
        .isEqualTo(new Refused(CreditRefusal.CREDIT_SHORT, Optional.of(CreditAmount.ZERO)));
    CreditService reader =
        new CreditService(
            "reader",
            Set.of(
                new CreditScope(CreditScope.Action.READ, CreditKind.UPLOAD_BYTES),
                new CreditScope(CreditScope.Action.RESERVE, CreditKind.DOWNLOAD_BYTES)));
    assertThat(desk.perform(reader, List.of(reserve("r", 1))))
        .containsExactly(refused(CreditRefusal.SCOPE_MISSING));
  }

  @Test
  void amountsLargerThanALongAreExact() {
    CreditAmount much = CreditAmount.of("123456789012345678901234567890");
    BookKey pins = new BookKey(ACCOUNT, CreditKind.PIN_BYTE_SECONDS);
    NewGrant wanted =
        new NewGrant(
            "g",
            ACCOUNT,
            pins.kind(),
            much,
            "test",
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    given(grants.grant("till", wanted));

    perform(new Reserve("r", pins, much, MINUTE));
    perform(new Commit("r", much.minus(amount(1)), Optional.empty()));

    assertThat(stack.rows("select available, used from credit_balance"))
        .containsExactly("1 123456789012345678901234567889");
  }

  @Test
  void aGrantIsGivenOnceForEachIdAndEachPayment() throws Exception {
    Payment payment = new Payment(314159, new TxHash("0x" + "ab".repeat(32)), 7);
    NewGrant bought =
        new NewGrant(
            "intent-1",
            ACCOUNT,
            CreditKind.UPLOAD_BYTES,
            amount(100),
            "purchase",
            Optional.of(50),
            Optional.empty(),
            Optional.of(payment));
    List<GrantDesk.Outcome> outcomes =
        atOnce(
            8,
            IntStream.range(0, 32)
                .<Callable<GrantDesk.Outcome>>mapToObj(_ -> () -> grants.grant("till", bought))
                .toList());

    assertThat(outcomes)
        .allSatisfy(outcome -> assertThat(given(outcome).id()).isEqualTo("intent-1"));
    NewGrant again =
        new NewGrant(
            "intent-2",
            CreditAccount.of("customer-2"),
            CreditKind.UPLOAD_BYTES,
            amount(100),
            "purchase",
            Optional.empty(),
            Optional.empty(),
            Optional.of(payment));
    assertThat(grants.grant("till", again))
        .isEqualTo(new GrantDesk.Outcome.Refused(CreditRefusal.PAYMENT_TAKEN));
    assertThat(grants.grant("till", wanted("intent-1", UPLOADS, 99, Optional.empty())))
        .isEqualTo(new GrantDesk.Outcome.Refused(CreditRefusal.ID_TAKEN));
    assertThat(grants.grant("till", wanted("late", UPLOADS, 1, Optional.of(NOON))))
        .isEqualTo(new GrantDesk.Outcome.Refused(CreditRefusal.EXPIRY_PAST));
    assertThat(stack.rows("select sum(available) from credit_balance")).containsExactly("100");
    assertThatBooksAgree();
  }

  @Test
  void aRevokedGrantEndsAndWhatIsHeldOfItCanStillBeUsed() {
    StoredGrant grant = grant("g", UPLOADS, 100);
    perform(reserve("r", 30));

    assertThat(given(grants.revoke(grant.number(), "abuse")).ended()).contains(GrantEnd.REVOKED);
    assertThat(given(grants.revoke(grant.number(), "abuse")).remaining()).isEqualTo(amount(70));
    assertThat(balance()).containsExactly("0 30 0");
    perform(commit("r", 10));

    assertThat(balance()).containsExactly("0 0 10");
    assertThat(stack.rows("select remaining, held from credit_grant")).containsExactly("90 0");
    assertThat(stack.audit()).extracting(AuditEntry::action).containsExactly(Action.CREDIT_REVOKED);
    assertThatBooksAgree();
  }

  @Test
  void ofARevokedGrantThatIsHeldWholeNothingComesBack() {
    StoredGrant grant = grant("g", UPLOADS, 100);
    perform(reserve("r", 100));

    assertThat(given(grants.revoke(grant.number(), "abuse")).ended()).contains(GrantEnd.REVOKED);
    perform(new Cancel("r"));

    assertThat(balance()).containsExactly("0 0 0");
    assertThatBooksAgree();
  }

  @Test
  void aGrantIsRefundedOnceAndOnlyWhatIsUnspent() throws Exception {
    StoredGrant grant = grant("g", UPLOADS, 100);
    perform(reserve("r", 30));
    perform(commit("r", 25));
    perform(reserve("s", 5));
    long number = grant.number();

    assertThat(grants.refund(number, "0xabc", "asked"))
        .isEqualTo(new GrantDesk.Outcome.Refused(CreditRefusal.GRANT_HELD));
    grants.revoke(number, "to be refunded");
    perform(new Cancel("s"));
    List<GrantDesk.Outcome> outcomes =
        atOnce(
            8,
            IntStream.range(0, 16)
                .<Callable<GrantDesk.Outcome>>mapToObj(
                    _ -> () -> grants.refund(number, "0xabc", "asked"))
                .toList());

    assertThat(outcomes)
        .allSatisfy(outcome -> assertThat(given(outcome).remaining()).isEqualTo(amount(75)));
    assertThat(grants.refund(number, "0xdef", "asked"))
        .isEqualTo(new GrantDesk.Outcome.Refused(CreditRefusal.GRANT_ENDED));
    assertThat(stack.rows("select debit, amount from credit_entry where credit = 'refunded'"))
        .containsExactly("revoked 75");
    assertThat(stack.audit())
        .extracting(AuditEntry::action)
        .containsExactly(Action.CREDIT_REFUNDED, Action.CREDIT_REVOKED);
    assertThat(grants.refund(number + 1, "0xdef", "asked"))
        .isEqualTo(new GrantDesk.Outcome.Refused(CreditRefusal.GRANT_UNKNOWN));
    assertThatBooksAgree();
  }

  @Test
  void anExpiredGrantIsNotRefunded() {
    StoredGrant grant =
        given(grants.grant("till", wanted("g", UPLOADS, 100, Optional.of(NOON.plus(MINUTE)))));
    clock.move(MINUTE);

    assertThat(grants.refund(grant.number(), "0xabc", "asked"))
        .isEqualTo(new GrantDesk.Outcome.Refused(CreditRefusal.GRANT_ENDED));
    assertThat(balance()).containsExactly("0 0 0");
    assertThatBooksAgree();
  }

  @Test
  void entriesAreNeverChanged() {
    grant("g", UPLOADS, 100);

    for (String change :
        List.of("update credit_entry set amount = 1", "delete from credit_entry")) {
      assertThatThrownBy(() -> stack.execute(change))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("never changed");
    }
    assertThatThrownBy(() -> stack.execute("update credit_balance set available = -1"))
        .isInstanceOf(DatabaseException.class);
  }

  @Test
  void kafkaIsToldOfEachEntryAndNoEntryWaits() {
    grant("g", UPLOADS, 100);
    perform(reserve("r", 30));
    perform(commit("r", 10));

    services.getFirst().credits().passTimeAndPublish();

    List<CreditEntryRecord> told =
        stack.written(Topic.CREDITS).stream()
            .map(ConsumerRecord::value)
            .map(value -> RecordJson.read(value, CreditEntryRecord.class))
            .toList();
    List<CreditEntryRecord> kept =
        services.getFirst().credits().entries(ACCOUNT, Long.MAX_VALUE, 10);
    assertThat(told).isEqualTo(kept.reversed());
    assertThat(told).hasSize(4);
    assertThat(stack.rows("select entry from credit_outbox")).isEmpty();
  }

  /**
   * Any mix of operations, grants, revocations, refunds and time, on connections that break at any
   * step, each sent again until it is answered.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whateverHappensTheLedgerExplainsTheBalances(long seed) {
    Credits broken = process(new FailingDataSource(stack.dataSource(), seed, 0.05)).credits();
    CreditHistory history = new CreditHistory(broken, clock, new Random(seed));

    for (int step = 0; step < 300; step++) {
      history.step();
      if (step % 50 == 0) {
        assertThatBooksAgree();
      }
    }
    clock.move(Duration.ofDays(2));
    desk.passTime();

    assertThatBooksAgree();
    assertThat(stack.rows("select sum(held) from credit_balance")).containsExactly("0");
    assertThat(stack.rows("select sum(used) from credit_balance"))
        .containsExactly(Long.toString(history.used()));
    assertThat(
            stack.rows("select coalesce(sum(amount), 0) from credit_entry where debit = 'issued'"))
        .containsExactly(Long.toString(history.granted()));
    for (BookKey book : CreditHistory.BOOKS) {
      assertThat(services.getFirst().credits().replayed(book.account()))
          .isEqualTo(services.getFirst().credits().account(book.account()));
    }
  }

  @Test
  void aBrokenConnectionChangesNothingOrAll() {
    grant("g", UPLOADS, 100);
    CreditDesk broken = process(new FailingDataSource(stack.dataSource(), 7, 0.2)).credits().desk();
    for (int i = 0; i < 40; i++) {
      String id = "r" + i;
      try {
        broken.perform(GATEWAY, List.of(reserve(id, 1), reserve(id + "-more", 1)));
      } catch (DatabaseException e) {
        assertThat(e).hasMessageContaining("broke");
      }
      assertThat(
              stack.rows(
                  "select count(*) from credit_reservation where id in ('%1$s', '%1$s-more')"
                      .formatted(id)))
          .isSubsetOf("0", "2");
    }
    assertThatBooksAgree();
  }
}
