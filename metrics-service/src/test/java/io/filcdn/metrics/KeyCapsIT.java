package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.flushUntil;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.TestStack.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.EgressRow.UsedKey;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.accounts.KeyDesk;
import io.filcdn.metrics.accounts.KeyView;
import io.filcdn.metrics.accounts.NewKey;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.quota.PostgresLeases.Totals;
import io.filcdn.service.database.Database;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Caps of keys: what edges are given, and what is counted, against real tables. */
class KeyCapsIT {

  /** Whose data set 7 is. */
  private static final Address PAYER = Samples.PAYER;

  private static final LocalDate TODAY = LocalDate.ofInstant(NOON, ZoneOffset.UTC);

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private MetricsService service;

  @BeforeEach
  void startAnew() {
    stack.forget();
    service =
        stack.service(
            stack.dataSource(),
            clock,
            new SimpleMeterRegistry(),
            "filcdn.metrics.leases.required",
            "true");
    TopUps paid =
        new TopUps(
            LeaseDeskIT.bytes(1_000_000), TokenAmount.ZERO, TokenAmount.ZERO, TokenAmount.ZERO);
    new Database(stack.dataSource())
        .run(
            connection ->
                new PostgresDataSets()
                    .keepNewer(connection, List.of(indexed(7, 1, paid, Reported.NONE))));
  }

  @AfterEach
  void closeService() {
    service.close();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  private KeyId key(String limits) {
    return key("my app", limits);
  }

  private KeyId key(String name, String limits) {
    return key(PAYER, name, limits);
  }

  private KeyId key(Address payer, String name, String limits) {
    NewKey wanted =
        new NewKey(
            name,
            Set.of(KeyScope.DOWNLOAD),
            Optional.of(RecordJson.read(limits, KeyLimits.class)),
            Optional.empty());
    KeyDesk.Outcome outcome = service.accounts().keys().make(payer, wanted);
    return ((KeyDesk.Outcome.Issued) outcome).key().id();
  }

  private static QuotaName today(KeyId key) {
    return new QuotaName.OfKey(key, new CapPeriod.Day(TODAY));
  }

  private static QuotaName life(KeyId key) {
    return new QuotaName.OfKey(key, new CapPeriod.Life());
  }

  private static QuotaName cdn() {
    return QuotaName.cdn(Samples.dataSet(7));
  }

  private List<Lease> lease(long journal, long acquired, QuotaName... names) {
    List<Ask> asks = new ArrayList<>();
    for (QuotaName name : names) {
      asks.add(new Ask(name, ByteCount.of(acquired), ByteCount.of(acquired), ByteCount.ZERO));
    }
    return TestEdges.lease(
            service.leaseDesk(), new LeaseRequest(journal(journal), TestEdges.EDGE, asks))
        .leases();
  }

  private long given(long journal, long acquired, QuotaName name) {
    return lease(journal, acquired, name).getFirst().acquired().bytes();
  }

  private void apply(long journal, long sequence, long bytes, KeyId key) {
    apply(journal, sequence, bytes, key, TODAY);
  }

  private void apply(long journal, long sequence, long bytes, KeyId key, LocalDate day) {
    service
        .pipeline()
        .apply(
            batch(
                flush(
                    journal(journal),
                    0,
                    sequence,
                    hit(7, bytes, Optional.of(new UsedKey(key, day))))));
  }

  private KeyView view(KeyId key) {
    return service.accounts().keys().view(service.accounts().keys().find(PAYER, key).orElseThrow());
  }

  private static Totals totals() {
    return new Database(stack.dataSource()).call(new PostgresLeases()::totals);
  }

  @Test
  void manyEdgesAtOnceAreNeverGivenMoreThanTheCap() throws Exception {
    KeyId key = key("{\"bytesPerDay\":\"1000\"}");
    List<Callable<Long>> edges = new ArrayList<>();
    for (int edge = 1; edge <= 8; edge++) {
      int number = edge;
      edges.add(
          () -> {
            long acquired = 0;
            for (int times = 0; times < 30; times++) {
              acquired = given(number, acquired + 9, today(key));
            }
            return acquired;
          });
    }
    long sum = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Long> edge : threads.invokeAll(edges)) {
        sum += edge.get();
      }
    }

    assertThat(sum).isEqualTo(999);
    assertThat(totals()).isEqualTo(new Totals(999, 0, 0));
  }

  @Test
  void whatRecordsUseIsCountedToTheKeyAndLeavesLess() {
    KeyId key = key("{\"bytes\":\"500\",\"bytesPerDay\":\"300\"}");
    lease(1, 300, cdn(), life(key), today(key));
    clock.move(Duration.ofMinutes(70));

    apply(1, 1, 200, key);

    assertThat(given(2, 200, life(key))).isEqualTo(200);
    assertThat(given(2, 201, life(key))).isEqualTo(200);
    assertThat(given(2, 1, today(key))).as("a hundred is held by the first").isZero();
    assertThat(lease(1, 300, today(key)).getFirst().unspent()).contains(ByteCount.of(100));
    KeyView view = view(key);
    assertThat(view.used())
        .isEqualTo(new KeyView.UsedBytes(ByteCount.of(200), ByteCount.of(200), ByteCount.of(200)));
    assertThat(view.lastUsed()).hasValueSatisfying(at -> assertThat(at).isBeforeOrEqualTo(NOON));
  }

  @Test
  void aKeyWithoutCapsIsCountedAndNeedsNoLeaseOfItsOwn() {
    KeyId key = key("{}");
    lease(1, 300, cdn());

    apply(1, 1, 300, key);

    assertThat(view(key).used().bytes()).isEqualTo(ByteCount.of(300));
    assertThat(stack.rows("select count(*) from dead_letter")).containsExactly("0");
    assertThat(stack.rows("select data_set from held")).containsExactly("fwss/7");
    assertThat(given(1, 1, life(key))).as("a cap that it does not have").isZero();
  }

  @ParameterizedTest
  @CsvSource({"-5000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-01-01T00:00:00Z"})
  void whateverTimeAnEdgeTellsItsRecordCountsAndOthersDo(Instant told) {
    KeyId key = key("{}");
    lease(1, 300, cdn());

    service
        .pipeline()
        .apply(
            batch(
                flushUntil(
                    told, journal(1), 0, 1, hit(7, 200, Optional.of(new UsedKey(key, TODAY))))));
    apply(1, 2, 100, key);

    assertThat(view(key).used().bytes()).isEqualTo(ByteCount.of(300));
    assertThat(view(key).lastUsed())
        .hasValueSatisfying(at -> assertThat(at).isBetween(NOON.minus(Duration.ofDays(41)), NOON));
  }

  @ParameterizedTest
  @ValueSource(strings = {"+12345-01-01", "9999-12-31", "2026-01-01", "-0001-01-01"})
  void onADayThatCannotBeNothingCountsToAKey(LocalDate day) {
    KeyId key = key("{\"bytesPerDay\":\"300\"}");
    lease(1, 300, cdn());

    apply(1, 1, 0, key, day);
    apply(1, 2, 100, key, day);

    assertThat(stack.rows("select count(*) from key_usage")).containsExactly("0");
    assertThat(stack.rows("select cdn_bytes from odometer")).containsExactly("100");
  }

  /** An edge that would have a stranger's key spent, or made up. */
  @Test
  void bytesCountToKeysOfTheirPayerOnly() {
    Address stranger = Address.of("0x" + "bb".repeat(20));
    KeyId foreign = key(stranger, "theirs", "{\"bytes\":\"300\"}");
    KeyId unknown = new KeyId("0123456789ab");
    lease(1, 300, cdn());

    apply(1, 1, 100, foreign);
    apply(1, 2, 200, unknown);

    assertThat(stack.rows("select count(*) from key_usage")).containsExactly("0");
    assertThat(stack.rows("select cdn_bytes from odometer")).containsExactly("300");
    assertThat(given(1, 300, life(foreign))).isEqualTo(300);
  }

  /** An edge that serves with a key and leases nothing of its cap. */
  @Test
  void whatIsCountedToACapThatWasNotLeasedDoesNotCount() {
    KeyId key = key("{\"bytesPerDay\":\"300\"}");
    lease(1, 300, cdn());
    lease(1, 100, today(key));

    apply(1, 1, 101, key);
    apply(1, 2, 100, key);

    assertThat(stack.rows("select count(*) from dead_letter")).containsExactly("1");
    assertThat(view(key).used().bytes()).isEqualTo(ByteCount.of(100));
    assertThat(stack.rows("select cdn_bytes from odometer")).containsExactly("100");
    assertThat(totals()).isEqualTo(new Totals(200, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,300", // the same day
    "1,0,0", // tomorrow
    "-1,0,300", // yesterday: a response can be of it
    "-2,0,0",
    "1,43140,300", // a minute before tomorrow: clocks differ
    "1,43139,0",
    "0,129599,300", // a second before the end of tomorrow
    "0,129600,0"
  })
  void aDayIsLeasedFromItsBeginToADayAfterItsEnd(int day, long later, long given) {
    KeyId key = key("{\"bytesPerDay\":\"300\"}");
    clock.move(Duration.ofSeconds(later));

    QuotaName name = new QuotaName.OfKey(key, new CapPeriod.Day(TODAY.plusDays(day)));

    assertThat(given(1, 300, name)).isEqualTo(given);
  }

  @Test
  void theNextDayHasACapOfItsOwnAndTheMonthGoesOn() {
    KeyId key = key("{\"bytesPerDay\":\"300\",\"bytesPerMonth\":\"500\"}");
    QuotaName month = new QuotaName.OfKey(key, CapPeriod.of(TODAY.toString().substring(0, 7)));
    QuotaName tomorrow = new QuotaName.OfKey(key, new CapPeriod.Day(TODAY.plusDays(1)));
    lease(1, 300, cdn(), today(key), month);
    apply(1, 1, 300, key);
    clock.move(Duration.ofDays(1));

    assertThat(given(1, 300, tomorrow)).isEqualTo(300);
    assertThat(given(1, 500, month)).isEqualTo(500);
    assertThat(given(2, 1, month)).isZero();
    assertThat(view(key).used())
        .isEqualTo(new KeyView.UsedBytes(ByteCount.of(300), ByteCount.ZERO, ByteCount.of(300)));
  }

  @Test
  void ofAKeyThatWasTakenBackNothingMoreIsGiven() {
    KeyId key = key("{\"bytes\":\"500\"}");
    assertThat(given(1, 100, life(key))).isEqualTo(100);

    assertThat(service.accounts().keys().revoke(PAYER, key)).isTrue();

    assertThat(lease(1, 200, life(key)).getFirst())
        .isEqualTo(
            new Lease(
                life(key),
                ByteCount.of(100),
                ByteCount.ZERO,
                ByteCount.ZERO,
                Optional.of(ByteCount.ZERO)));
  }

  @Test
  void whatAJournalHoldsIsFreeOnceItEndsOrIsWrittenOff() {
    KeyId key = key("{\"bytes\":\"500\"}");
    lease(1, 200, cdn(), life(key));
    lease(2, 300, life(key));
    apply(1, 1, 50, key);

    assertThat(TestEdges.end(service.leaseDesk(), new JournalEnd(journal(1), Map.of(0, 1L))))
        .isTrue();
    assertThat(given(3, 150, life(key))).isEqualTo(150);
    clock.move(Duration.ofDays(8));
    service.tend();

    assertThat(totals()).isEqualTo(Totals.NONE);
    assertThat(given(4, 450, life(key))).isEqualTo(450);
  }

  @Test
  void daysThatAreOverAreForgottenWhereNothingIsHeldOfThem() {
    KeyId key = key("{\"bytesPerDay\":\"300\",\"bytes\":\"1000\"}");
    KeyId other = key("other", "{\"bytesPerDay\":\"300\"}");
    lease(1, 300, cdn(), today(key), life(key), today(other));
    apply(1, 1, 300, key);
    clock.move(Duration.ofDays(5));

    service.tend();

    assertThat(stack.rows("select data_set, quota from lease order by 1, 2"))
        .containsExactlyInAnyOrder(
            "fwss/7 cdn", "key/%s life".formatted(key), "key/%s %s".formatted(other, TODAY));
    assertThat(view(key).used().bytes()).isEqualTo(ByteCount.of(300));
    clock.move(Duration.ofDays(60));
    service.tend();
    assertThat(stack.rows("select period from key_usage")).containsExactly("life");
  }

  @Test
  void anEdgesClockDoesNotMoveTheLastUseIntoTheFuture() {
    KeyId key = key("{}");
    lease(1, 300, cdn());
    Instant before = NOON.minus(Duration.ofHours(3));
    clock.move(Duration.between(NOON, before));

    apply(1, 1, 10, key);

    assertThat(view(key).lastUsed()).contains(before);
  }
}
