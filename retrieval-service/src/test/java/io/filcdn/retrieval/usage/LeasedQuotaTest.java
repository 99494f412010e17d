package io.filcdn.retrieval.usage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.lease.EdgeStatus;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.retrieval.usage.Quota.Need;
import io.filcdn.retrieval.usage.Quota.Outcome;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an edge spends of what it leased, against metrics' side of the contract as a plain model.
 */
class LeasedQuotaTest {

  private static final JournalId JOURNAL = new JournalId(new UUID(0, 7));
  private static final JournalId FORMER = new JournalId(new UUID(0, 6));
  private static final DataSetId DATA_SET = DataSetId.of("fwss/12");
  private static final DataSetId OTHER = DataSetId.of("fwss/13");
  private static final Address PAYER = Address.of("0x" + "ab".repeat(20));
  private static final Address OTHER_PAYER = Address.of("0x" + "cd".repeat(20));
  private static final CapPeriod DAY = CapPeriod.of("2026-11-28");
  private static final EdgeStatus STATUS =
      new EdgeStatus(
          "edge",
          Optional.of("eu-1"),
          new EdgeStatus.CacheUse(3, ByteCount.of(40), ByteCount.of(100), ByteCount.of(20)));
  private static final Duration RENEW_EVERY = Duration.ofMillis(50);
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  private final AtomicLong nanos = new AtomicLong(1);
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-28T12:00:00Z"));
  private final List<JournalId> drained = new CopyOnWriteArrayList<>();
  private LeaseServer metrics;
  private EdgeIdentity identity;
  private final Deque<LeasedQuota> opened = new ArrayDeque<>();

  @BeforeEach
  void startMetrics() throws Exception {
    metrics = new LeaseServer();
    metrics.grant(DATA_SET, QuotaRecord.Kind.CDN, 1_000);
    identity = new EdgeIdentity("edge", metrics.key(folder), Clock.systemUTC());
  }

  @AfterEach
  void closeAll() {
    opened.forEach(LeasedQuota::close);
    metrics.close();
  }

  private void open(long advance, long standing) {
    LeaseClient client = new LeaseClient(metrics.uri(), identity, Duration.ofSeconds(5));
    EdgeReports reports =
        new EdgeReports(
            client,
            () -> new JournalProgress(JOURNAL, "edge", Map.of(2, 9L)),
            () -> drained.isEmpty() ? List.of(new JournalEnd(FORMER, Map.of(0, 3L))) : List.of(),
            drained::add,
            () -> STATUS);
    opened.add(make(client, advance, standing, reports::tell).start());
  }

  private LeasedQuota make(Lessor lessor, long advance, long standing, Runnable reports) {
    return new LeasedQuota(
        lessor,
        JOURNAL,
        "edge",
        new LeaseRules(
            advance, standing, Duration.ofSeconds(30), Duration.ofMinutes(10), RENEW_EVERY),
        reports,
        dataSet -> Optional.of(dataSet.equals(DATA_SET) ? PAYER : OTHER_PAYER),
        now::get,
        nanos::get);
  }

  /** What was prepared last. */
  private Quota.@Nullable Hold hold;

  private LeasedQuota quota() {
    return opened.element();
  }

  @Test
  void whileItsKeyIsRevokedNothingIsReservedAndTheReasonIsTold() throws Exception {
    open(500, 500);
    prepare(1);
    assertThat(reserve(1)).isEqualTo(Outcome.RESERVED);

    metrics.revoke(true);

    await().atMost(SOON).until(() -> quota().refusal().isPresent());
    assertThat(quota().refusal().orElseThrow()).contains("refuses this edge").contains("401");
    assertThat(reserve(1)).isEqualTo(Outcome.UNREACHABLE);
    metrics.revoke(false);
    await().atMost(SOON).until(() -> quota().refusal().isEmpty());
    prepare(1);
    assertThat(reserve(1)).isEqualTo(Outcome.RESERVED);
  }

  @Test
  void anAnswerThatIsNoRefusalLeavesWhatIsLeased() throws Exception {
    open(500, 500);
    prepare(1);
    assertThat(reserve(1)).isEqualTo(Outcome.RESERVED);

    metrics.fail(true);

    await().atMost(SOON).until(() -> !quota().isAnswered());
    assertThat(quota().refusal()).isEmpty();
    assertThat(reserve(1)).isEqualTo(Outcome.RESERVED);
  }

  @Test
  void whatMerelyLiesHereIsNotAskedForAgain() throws Exception {
    open(300, 300);
    prepare(100);
    assertThat(reserve(100)).isEqualTo(Outcome.RESERVED);

    await()
        .atMost(SOON)
        .until(
            () -> {
              int asked = metrics.arrived();
              int renewed = metrics.requests() + 3;
              await().atMost(SOON).until(() -> metrics.requests() >= renewed);
              return metrics.arrived() == asked;
            });
  }

  @Test
  void theFirstReservationWaitsAndThenIsDecidedHere() throws Exception {
    open(300, 0);

    prepare(100);

    assertThat(reserve(100)).isEqualTo(Outcome.RESERVED);
    assertThat(reserve(300)).isEqualTo(Outcome.RESERVED);
    assertThat(metrics.held(DATA_SET, QuotaRecord.Kind.CDN)).isGreaterThanOrEqualTo(400);
  }

  @Test
  void whatWasPreparedIsNotGivenBackBeforeItIsReserved() throws Exception {
    open(0, 0);
    prepare(600);
    // metrics hears of this edge several times meanwhile
    int heard = metrics.requests();
    await().atMost(SOON).until(() -> metrics.requests() >= heard + 3);

    assertThat(reserve(600)).isEqualTo(Outcome.RESERVED);
  }

  @Test
  void whatWasPreparedAndIsReleasedIsGivenBack() throws Exception {
    open(0, 0);
    prepare(600);

    requireNonNull(hold).release();

    await().atMost(SOON).until(() -> metrics.held(DATA_SET, QuotaRecord.Kind.CDN) == 0);
  }

  @Test
  void whatWasPreparedForOneIsNotReservedByAnother() throws Exception {
    open(0, 0);
    prepare(600);
    Quota.Hold first = requireNonNull(hold);

    assertThat(quota().reserve(QuotaName.cdn(DATA_SET), 600)).isEqualTo(Outcome.CONTENDED);
    assertThat(first.reserve(QuotaName.cdn(DATA_SET), 600)).isEqualTo(Outcome.RESERVED);
  }

  /** A response may turn out to need more than was prepared, or less. */
  @ParameterizedTest
  @CsvSource({"600, 400, RESERVED", "600, 700, CONTENDED", "600, 1001, EXHAUSTED"})
  void whatIsReservedNeedNotBeAllThatWasPrepared(long prepared, long reserved, Outcome outcome)
      throws Exception {
    open(0, 0);
    prepare(prepared);

    assertThat(reserve(reserved)).isEqualTo(outcome);

    long held = outcome == Outcome.RESERVED ? reserved : 0;
    await().atMost(SOON).until(() -> metrics.held(DATA_SET, QuotaRecord.Kind.CDN) == held);
  }

  @Test
  void whatIsMoreThanWasPaidForIsExhaustedAndWhatOthersHoldIsContended() throws Exception {
    metrics.holdElsewhere(DATA_SET, QuotaRecord.Kind.CDN, 400);
    open(0, 0);

    prepare(1_001);
    assertThat(reserve(1_001)).isEqualTo(Outcome.EXHAUSTED);
    assertThat(quota().remaining(QuotaName.cdn(DATA_SET))).isEqualTo(1_000);
    prepare(601);
    assertThat(reserve(601)).isEqualTo(Outcome.CONTENDED);
    prepare(600);
    assertThat(reserve(600)).isEqualTo(Outcome.RESERVED);
  }

  @Test
  void whatMetricsHasNotHeardOfIsWorthWaitingFor() throws Exception {
    open(0, 0);
    DataSetId unheard = DataSetId.of("fwss/13");

    prepare(new Need(QuotaName.cdn(unheard), 5));

    assertThat(quota().reserve(QuotaName.cdn(unheard), 5)).isEqualTo(Outcome.CONTENDED);
  }

  @Test
  void whatAnAbortLeavesIsGivenBackAtOnce() throws Exception {
    open(100, 0);
    prepare(800);
    assertThat(reserve(800)).isEqualTo(Outcome.RESERVED);

    quota().giveBack(QuotaName.cdn(DATA_SET), 750);

    await().atMost(SOON).until(() -> metrics.held(DATA_SET, QuotaRecord.Kind.CDN) <= 150 + 100);
    assertThat(reserve(100)).isEqualTo(Outcome.RESERVED);
  }

  @Test
  void whatNobodyUsesForAWhileIsGivenBackExceptForTheStandingLease() throws Exception {
    open(300, 120);
    prepare(50);
    assertThat(reserve(50)).isEqualTo(Outcome.RESERVED);
    metrics.apply(DATA_SET, QuotaRecord.Kind.CDN, 50);

    nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
    await().atMost(SOON).until(() -> metrics.held(DATA_SET, QuotaRecord.Kind.CDN) == 120);

    nanos.addAndGet(TimeUnit.MINUTES.toNanos(10));
    await().atMost(SOON).until(() -> metrics.held(DATA_SET, QuotaRecord.Kind.CDN) == 0);
  }

  @Test
  void withoutAnAnswerTheStandingLeaseIsServedOnceItsTimeIsOver() throws Exception {
    open(500, 120);
    prepare(10);
    assertThat(reserve(10)).isEqualTo(Outcome.RESERVED);
    await().atMost(SOON).until(() -> metrics.held(DATA_SET, QuotaRecord.Kind.CDN) >= 500);
    metrics.fail(true);
    await().atMost(SOON).until(() -> !quota().isAnswered());
    assertThat(reserve(100)).as("within its time").isEqualTo(Outcome.RESERVED);
    assertThat(quota().remaining(QuotaName.cdn(DATA_SET))).isEqualTo(1_000);

    nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));

    assertThat(quota().remaining(QuotaName.cdn(DATA_SET))).isEqualTo(120);
    assertThat(reserve(100)).isEqualTo(Outcome.RESERVED);
    assertThat(quota().remaining(QuotaName.cdn(DATA_SET))).isEqualTo(20);
    assertThat(reserve(21)).as("more than the standing lease").isEqualTo(Outcome.UNREACHABLE);
    assertThat(reserve(20)).isEqualTo(Outcome.RESERVED);
    metrics.fail(false);
    await().atMost(SOON).until(() -> reserve(21) == Outcome.RESERVED);
  }

  /** As of a data set whose requests are refused for a cap of which nothing is here. */
  @Test
  void whatIsGivenBackWhileNobodyAnswersCanBeReservedAgain() throws Exception {
    open(500, 120);
    prepare(10);
    assertThat(reserve(10)).isEqualTo(Outcome.RESERVED);
    await().atMost(SOON).until(() -> metrics.held(DATA_SET, QuotaRecord.Kind.CDN) >= 500);
    metrics.fail(true);
    await().atMost(SOON).until(() -> !quota().isAnswered());
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));

    for (int times = 0; times < 5; times++) {
      assertThat(reserve(100)).isEqualTo(Outcome.RESERVED);
      quota().giveBack(QuotaName.cdn(DATA_SET), 100);
    }

    assertThat(reserve(120)).isEqualTo(Outcome.RESERVED);
    assertThat(reserve(1)).isEqualTo(Outcome.UNREACHABLE);
  }

  @Test
  void withoutAStandingLeaseNothingIsServedOnceTheTimeIsOver() throws Exception {
    open(500, 0);
    prepare(10);
    metrics.fail(true);
    await().atMost(SOON).until(() -> !quota().isAnswered());

    nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));

    assertThat(reserve(1)).isEqualTo(Outcome.UNREACHABLE);
  }

  @Test
  void whoWaitsGoesOnWhereNobodyAnswers() throws Exception {
    metrics.fail(true);
    open(500, 120);

    prepare(10);

    assertThat(reserve(10)).isEqualTo(Outcome.UNREACHABLE);
  }

  @Test
  void lostAnswersNeverMakeItSpendMoreThanItHolds() throws Exception {
    open(50, 0);
    long spent = 0;
    for (int times = 0; times < 40; times++) {
      metrics.loseNextAnswers(times % 3);
      prepare(30);
      if (reserve(30) == Outcome.RESERVED) {
        spent += 30;
      }
    }

    assertThat(spent).isPositive().isLessThanOrEqualTo(1_000);
    assertThat(metrics.held(DATA_SET, QuotaRecord.Kind.CDN)).isBetween(spent, 1_000L);
  }

  @Test
  void whoNeedsTooMuchKeepsNobodyElseWaiting() throws Exception {
    metrics.holdElsewhere(DATA_SET, QuotaRecord.Kind.CDN, 400);
    open(0, 0);
    CompletableFuture<Outcome> large = new CompletableFuture<>();
    CompletableFuture<Outcome> small = new CompletableFuture<>();

    prepare(900, large);
    prepare(50, small);

    assertThat(large.get(20, TimeUnit.SECONDS)).isEqualTo(Outcome.CONTENDED);
    assertThat(small.get(20, TimeUnit.SECONDS)).isEqualTo(Outcome.RESERVED);
  }

  @Test
  void afterAWriteOffNothingIsServed() throws Exception {
    open(500, 120);
    prepare(10);
    assertThat(reserve(10)).isEqualTo(Outcome.RESERVED);

    metrics.writeOff(JOURNAL);

    await().atMost(SOON).until(() -> reserve(1) == Outcome.UNREACHABLE);
    assertThat(quota().refusal().orElseThrow()).contains("restart this edge");
  }

  @Test
  void closingGivesBackAllThatIsNotUsed() throws Exception {
    open(500, 120);
    prepare(70);
    assertThat(reserve(70)).isEqualTo(Outcome.RESERVED);

    opened.remove().close();

    assertThat(metrics.held(DATA_SET, QuotaRecord.Kind.CDN)).isEqualTo(70);
  }

  @Test
  void journalsOfFormerRunsAreEndedAndForgotten() {
    open(0, 0);

    await()
        .atMost(SOON)
        .until(
            () -> {
              nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
              return drained.contains(FORMER);
            });

    assertThat(metrics.ended()).contains(new JournalEnd(FORMER, Map.of(0, 3L)));
    assertThat(metrics.progress()).contains(new JournalProgress(JOURNAL, "edge", Map.of(2, 9L)));
  }

  @Test
  void metricsHearsOfTheEdgesStatus() {
    open(0, 0);

    await().atMost(SOON).until(() -> metrics.statuses().contains(STATUS));
  }

  @Test
  void ofManyThatWaitAtOnceAsManyAreServedAsWerePaidFor() throws Exception {
    open(10, 0);
    List<CompletableFuture<Outcome>> all = prepareAtOnce(50, 30);

    assertThat(outcomes(all))
        .containsOnly(Map.entry(Outcome.RESERVED, 33L), Map.entry(Outcome.CONTENDED, 17L));
  }

  /** With a desk that gives no more in advance than the smallest part of what is free. */
  @ParameterizedTest
  @CsvSource({"8, 125", "12, 83", "1, 1000", "1000, 1", "3, 333"})
  void whoWaitsAtOnceIsServedWhereAllWasPaidFor(int clients, long bytes) throws Exception {
    metrics.shareInAdvance(1_000);
    open(0, 0);

    List<CompletableFuture<Outcome>> all = prepareAtOnce(clients, bytes);

    assertThat(outcomes(all)).containsOnly(Map.entry(Outcome.RESERVED, (long) clients));
  }

  /** What is asked for while a call is under way waits for the next call, and is not refused. */
  @Test
  void whoComesDuringASlowCallIsServedByTheNext() throws Exception {
    open(0, 0);
    List<CompletableFuture<Outcome>> all = new ArrayList<>();
    metrics.pause(true);
    int before = metrics.arrived();
    all.addAll(prepareAtOnce(1, 120));
    await().atMost(SOON).until(() -> metrics.arrived() > before);
    all.addAll(prepareAtOnce(7, 120));
    metrics.pause(false);

    assertThat(outcomes(all)).containsOnly(Map.entry(Outcome.RESERVED, 8L));
    assertThat(metrics.held(DATA_SET, QuotaRecord.Kind.CDN)).isEqualTo(960);
  }

  /**
   * The asks of a turn are for who waited when it began; whoever comes then is of the next, also
   * where those who are refused have nothing more to do with the quota: another refuses them first.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoComesBetweenTwoAsksOfATurnIsAskedForByTheNext(boolean renews) {
    metrics.shareInAdvance(1_000);
    LeaseClient client = new LeaseClient(metrics.uri(), identity, Duration.ofSeconds(5));
    AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    LeasedQuota quota =
        make(
            request -> {
              meanwhile.getAndSet(() -> {}).run();
              return client.lease(request);
            },
            0,
            0,
            () -> {});
    quota.turn(false);
    CompletableFuture<Outcome> first = new CompletableFuture<>();
    CompletableFuture<Outcome> late = new CompletableFuture<>();
    prepare(quota, 600, first);
    quota.prepare(List.of(new Need(QuotaName.cdn(DATA_SET), 700)), Quota.Hold::release);
    quota.prepare(List.of(new Need(QuotaName.cdn(DATA_SET), 800)), Quota.Hold::release);
    meanwhile.set(() -> prepare(quota, 200, late));

    quota.turn(quota.takeSignal());
    assertThat(first).isCompletedWithValue(Outcome.RESERVED);
    assertThat(late).isNotDone();
    nanos.addAndGet(renews ? RENEW_EVERY.toNanos() : 0);
    quota.turn(quota.takeSignal());

    assertThat(late).isCompletedWithValue(Outcome.RESERVED);
    client.close();
  }

  @Test
  void whoWaitsForACapGoesOnWhereTheCallForDataSetsFailsInAnUnexpectedWay() {
    LeasedQuota quota =
        make(
            request -> {
              throw new IllegalStateException("as expected");
            },
            0,
            0,
            () -> {});
    CapName cap = new CapName.OfPolicy(DATA_SET, new CapBearer.All(), DAY);
    CompletableFuture<Outcome> ofDataSet = new CompletableFuture<>();
    CompletableFuture<Outcome> ofCap = new CompletableFuture<>();
    prepare(quota, 600, ofDataSet);
    quota.prepare(List.of(new Need(cap, 600)), kept -> ofCap.complete(kept.reserve(cap, 600)));

    quota.start();

    assertThat(outcomes(List.of(ofDataSet, ofCap)))
        .containsOnly(Map.entry(Outcome.UNREACHABLE, 2L));
    quota.close();
  }

  @Test
  void oneCallServesAllThatWait() throws Exception {
    metrics.shareInAdvance(1_000);
    open(0, 0);
    metrics.pause(true);
    int before = metrics.arrived();
    List<CompletableFuture<Outcome>> first = prepareAtOnce(1, 10);
    await().atMost(SOON).until(() -> metrics.arrived() > before);
    List<CompletableFuture<Outcome>> others = prepareAtOnce(40, 20);
    int asked = metrics.grants();
    metrics.pause(false);

    assertThat(outcomes(first)).containsOnly(Map.entry(Outcome.RESERVED, 1L));
    assertThat(outcomes(others)).containsOnly(Map.entry(Outcome.RESERVED, 40L));
    assertThat(metrics.grants() - asked).as("answers that gave something").isEqualTo(2);
  }

  /** A day and more behind their end metrics leases nothing of them. */
  @Test
  void daysOfKeysThatAreLongOverAreForgotten() throws Exception {
    QuotaName.OfKey day = new QuotaName.OfKey(KeyId.of("abcdefABCDEF"), CapPeriod.of("2026-11-28"));
    metrics.grant(day, 500);
    open(0, 0);
    prepare(new Need(day, 5));
    assertThat(requireNonNull(hold).reserve(day, 5)).isEqualTo(Outcome.RESERVED);
    requireNonNull(hold).release();
    quota().giveBack(day, 5);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
    await().atMost(SOON).until(() -> metrics.held(day) == 0);
    assertThat(quota().remaining(day)).isEqualTo(500);

    now.set(Instant.parse("2026-12-04T00:00:01Z"));
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));

    await().atMost(SOON).until(() -> quota().remaining(day) == Long.MAX_VALUE);
  }

  private static CapName client(int bucket) {
    return new CapName.OfPolicy(DATA_SET, new CapBearer.Client(bucket), DAY);
  }

  private Outcome reserve(QuotaName name, long bytes) throws Exception {
    prepare(new Need(name, bytes));
    Outcome outcome = requireNonNull(hold).reserve(name, bytes);
    hold.release();
    return outcome;
  }

  @Test
  void ofAClientSoMuchIsLeasedAheadThatNotEachRequestWaitsAndIsGivenBackWhenItIsIdle()
      throws Exception {
    metrics.grant(client(1), 10_000);
    open(500, 500);
    assertThat(reserve(client(1), 600)).isEqualTo(Outcome.RESERVED);
    quota().served(client(1), 600);
    int asked = metrics.grants();

    for (int times = 0; times < 5; times++) {
      assertThat(quota().reserve(client(1), 100)).isEqualTo(Outcome.RESERVED);
      quota().served(client(1), 100);
    }

    assertThat(metrics.grants() - asked).as("answers that gave something").isLessThanOrEqualTo(1);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
    await().atMost(SOON).until(() -> metrics.held(client(1)) == 0);
    assertThat(metrics.applied(client(1))).isEqualTo(1_100);
  }

  /** What lies in advance at one edge does not keep another waiting. */
  @Test
  void ofASmallCapOnlyAPartIsLeasedAhead() throws Exception {
    metrics.shareInAdvance(10);
    metrics.grant(client(1), 1_000);
    open(500, 500);

    assertThat(reserve(client(1), 600)).isEqualTo(Outcome.RESERVED);

    assertThat(metrics.held(client(1))).isEqualTo(640);
  }

  @Test
  void whatWasServedOfAClientIsTold() throws Exception {
    metrics.grant(client(1), 1_000);
    open(0, 500);

    assertThat(reserve(client(1), 600)).isEqualTo(Outcome.RESERVED);
    assertThat(metrics.held(client(1))).isEqualTo(600);
    quota().served(client(1), 450);
    quota().giveBack(client(1), 150);
    assertThat(reserve(client(1), 551)).isEqualTo(Outcome.EXHAUSTED);
    assertThat(quota().remaining(client(1))).isEqualTo(550);
    assertThat(reserve(client(1), 550)).isEqualTo(Outcome.RESERVED);
    quota().served(client(1), 550);

    await().atMost(SOON).until(() -> metrics.held(client(1)) == 0);
    assertThat(metrics.applied(client(1))).isEqualTo(1_000);
    assertThat(reserve(client(1), 1)).isEqualTo(Outcome.EXHAUSTED);
  }

  @Test
  void ofAllClientsTogetherSomeIsLeasedAhead() throws Exception {
    CapName all = new CapName.OfPolicy(DATA_SET, new CapBearer.All(), CapPeriod.of("2026-11-28"));
    metrics.grant(all, 10_000);
    open(500, 400);

    assertThat(reserve(all, 100)).isEqualTo(Outcome.RESERVED);
    quota().served(all, 100);

    await().atMost(SOON).until(() -> metrics.applied(all) == 100 && metrics.held(all) == 500);
    metrics.fail(true);
    await().atMost(SOON).until(() -> !quota().isAnswered());
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
    assertThat(reserve(all, 401)).as("more than the standing lease").isEqualTo(Outcome.UNREACHABLE);
    assertThat(reserve(all, 400)).isEqualTo(Outcome.RESERVED);
    assertThat(reserve(client(1), 1)).as("nothing of it is here").isEqualTo(Outcome.UNREACHABLE);
  }

  @Test
  void aClientWhoIsIdleIsForgottenAndItsSumsAreLearnedAgain() throws Exception {
    metrics.grant(client(1), 1_000);
    open(0, 0);
    for (int times = 1; times <= 3; times++) {
      assertThat(reserve(client(1), 300)).isEqualTo(Outcome.RESERVED);
      quota().served(client(1), 200);
      quota().giveBack(client(1), 100);
      long served = 200L * times;
      await()
          .atMost(SOON)
          .until(() -> metrics.held(client(1)) == 0 && metrics.applied(client(1)) == served);

      await()
          .atMost(SOON)
          .until(
              () -> {
                nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
                return quota().remaining(client(1)) == Long.MAX_VALUE;
              });
    }

    assertThat(reserve(client(1), 401)).isEqualTo(Outcome.EXHAUSTED);
    assertThat(reserve(client(1), 400)).isEqualTo(Outcome.RESERVED);
  }

  /** Answers are lost, accounts are forgotten and learned again, and aborts leave any part. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whateverIsLostOrForgottenNoMoreIsServedThanTheCapAndAllOfItIsTold(long seed)
      throws Exception {
    Random random = new Random(seed);
    CapName name = client(1);
    metrics.grant(name, 1_000);
    open(0, 0);
    long served = 0;
    for (int times = 0; times < 60; times++) {
      metrics.loseNextAnswers(random.nextInt(4));
      long bytes = random.nextLong(1, 101);
      if (reserve(name, bytes) == Outcome.RESERVED) {
        long part = random.nextLong(bytes + 1);
        quota().served(name, part);
        quota().giveBack(name, bytes - part);
        served += part;
      }
      if (random.nextInt(4) == 0) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
      }
    }
    metrics.loseNextAnswers(0);

    assertThat(served).isBetween(1L, 1_000L);
    long all = served;
    await().atMost(SOON).until(() -> metrics.held(name) == 0 && metrics.applied(name) == all);
  }

  @Test
  void ofClientsMoreThanThereIsRoomForIsRefusedAtOnceAndOthersAreServed() throws Exception {
    open(0, 0);
    metrics.pause(true);
    List<CompletableFuture<Outcome>> all = new ArrayList<>();
    for (int bucket = 0; bucket < 25_001; bucket++) {
      all.add(prepared(client(bucket)));
    }

    assertThat(all.getLast()).isCompletedWithValue(Outcome.UNREACHABLE);
    assertThat(all.getFirst()).isNotCompleted();
    CompletableFuture<Outcome> ofAnother =
        prepared(new CapName.OfPolicy(OTHER, new CapBearer.Client(1), DAY));
    assertThat(ofAnother).as("another payer's client").isNotCompleted();
    all.add(ofAnother);
    metrics.pause(false);
    prepare(100);
    assertThat(reserve(100)).isEqualTo(Outcome.RESERVED);
    all.forEach(one -> one.orTimeout(60, TimeUnit.SECONDS).join());
    await()
        .atMost(SOON)
        .until(
            () -> {
              nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
              return quota().remaining(client(0)) == Long.MAX_VALUE;
            });
  }

  /** Strangers who only look, each as another client. */
  @Test
  void whereThereIsLittleRoomClientsAreForgottenAsSoonAsNothingIsServedThem() throws Exception {
    metrics.grant(client(50_001), 10_000);
    open(500, 0);
    prepare(100);
    assertThat(reserve(100)).isEqualTo(Outcome.RESERVED);
    for (int from = 0; from < 50_000; from += 10_000) {
      List<CompletableFuture<Outcome>> all = new ArrayList<>();
      for (int bucket = from; bucket < from + 10_000; bucket++) {
        all.add(prepared(client(bucket)));
      }
      all.forEach(one -> one.orTimeout(60, TimeUnit.SECONDS).join());
    }

    await().atMost(SOON).until(() -> reserve(client(50_001), 100) == Outcome.RESERVED);
  }

  /** The outcome of a request that needs one byte of a cap. */
  private CompletableFuture<Outcome> prepared(CapName name) {
    CompletableFuture<Outcome> decided = new CompletableFuture<>();
    quota().prepare(List.of(new Need(name, 1)), kept -> decided.complete(kept.reserve(name, 1)));
    return decided;
  }

  @Test
  void keysOfBucketsAreThoseThatMetricsTellsAndTheDayBefore() {
    CapSalt first = new CapSalt(LocalDate.of(2026, 11, 28), "01".repeat(32));
    CapSalt second = new CapSalt(LocalDate.of(2026, 11, 29), "02".repeat(32));
    CapSalt third = new CapSalt(LocalDate.of(2026, 11, 30), "03".repeat(32));
    CapSalt fourth = new CapSalt(LocalDate.of(2026, 12, 1), "04".repeat(32));
    metrics.salts(List.of(first, second));
    open(0, 0);
    await().atMost(SOON).until(() -> quota().salt(first.day()).isPresent());

    for (List<CapSalt> told : List.of(List.of(second, third), List.of(third, fourth))) {
      metrics.salts(told);
      await()
          .atMost(SOON)
          .until(
              () -> {
                nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
                return quota().salt(told.getLast().day()).isPresent();
              });
    }

    assertThat(quota().salt(first.day())).isEmpty();
    assertThat(quota().salt(second.day())).contains(second);
    assertThat(quota().salt(third.day())).contains(third);
  }

  private List<CompletableFuture<Outcome>> prepareAtOnce(int clients, long bytes) {
    List<CompletableFuture<Outcome>> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      CompletableFuture<Outcome> decided = new CompletableFuture<>();
      prepare(bytes, decided);
      all.add(decided);
    }
    return all;
  }

  private void prepare(long bytes, CompletableFuture<Outcome> decided) {
    prepare(quota(), bytes, decided);
  }

  private static void prepare(LeasedQuota quota, long bytes, CompletableFuture<Outcome> decided) {
    quota.prepare(
        List.of(new Need(QuotaName.cdn(DATA_SET), bytes)),
        kept -> decided.complete(kept.reserve(QuotaName.cdn(DATA_SET), bytes)));
  }

  private static Map<Outcome, Long> outcomes(List<CompletableFuture<Outcome>> all) {
    return all.stream()
        .map(one -> one.orTimeout(20, TimeUnit.SECONDS).join())
        .collect(Collectors.groupingBy(outcome -> outcome, Collectors.counting()));
  }

  private void prepare(long bytes) throws Exception {
    prepare(new Need(QuotaName.cdn(DATA_SET), bytes));
  }

  private void prepare(Need need) throws Exception {
    CompletableFuture<Quota.Hold> ready = new CompletableFuture<>();
    quota().prepare(List.of(need), ready::complete);
    hold = ready.get(20, TimeUnit.SECONDS);
  }

  private Outcome reserve(long bytes) {
    return requireNonNull(hold).reserve(QuotaName.cdn(DATA_SET), bytes);
  }
}
