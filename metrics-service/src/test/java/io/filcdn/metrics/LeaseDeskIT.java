package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.fill;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.Samples.unbilled;
import static io.filcdn.metrics.TestStack.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.egress.EgressRow.Reason;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.quota.PostgresLeases.Totals;
import io.filcdn.service.database.Database;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What edges are given of quotas, against real tables. */
class LeaseDeskIT {

  private static final int ROUNDS = 40;
  private static final int DATA_SETS_A_ROUND = 20;

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private MetricsService service;

  @BeforeEach
  void startAnew() {
    stack.forget();
    service = stack.service(stack.dataSource(), clock, new SimpleMeterRegistry());
    keep(indexed(7, 1, paid(1000, 500), Reported.NONE));
  }

  @AfterEach
  void closeService() {
    service.close();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @Test
  void anEdgeIsGivenWhatItNeedsAndAPartOfWhatItWouldLike() {
    assertThat(lease(1, ask(100, 100, 0))).isEqualTo(given(100, 0, 0, 1000));
    assertThat(lease(1, ask(1000, 100, 0))).isEqualTo(given(100 + 900 / 4, 0, 0, 1000));
    assertThat(lease(2, ask(675, 675, 0))).isEqualTo(given(675, 0, 0, 1000));
    assertThat(held()).isEqualTo(1000);
  }

  @Test
  void whereLessIsFreeThanNeededNothingIsGiven() {
    lease(1, ask(600, 600, 0));

    assertThat(lease(2, ask(5000, 401, 0))).isEqualTo(given(0, 0, 0, 1000));
    assertThat(lease(2, ask(400, 400, 0))).isEqualTo(given(400, 0, 0, 1000));
    assertThat(lease(2, ask(401, 401, 0))).isEqualTo(given(400, 0, 0, 1000));
  }

  @Test
  void aRequestThatComesAgainOrLateChangesNothing() {
    lease(1, ask(300, 300, 0));
    Lease later = lease(1, ask(350, 350, 50));

    assertThat(lease(1, ask(350, 350, 50))).isEqualTo(later).isEqualTo(given(350, 50, 0, 1000));
    assertThat(lease(1, ask(300, 300, 0))).isEqualTo(later);
    assertThat(held()).isEqualTo(300);
  }

  @Test
  void whatIsGivenBackIsFreeAtOnce() {
    lease(1, ask(1000, 1000, 0));

    assertThat(lease(1, ask(1000, 1000, 800))).isEqualTo(given(1000, 800, 0, 1000));
    assertThat(lease(2, ask(800, 800, 0))).isEqualTo(given(800, 0, 0, 1000));
  }

  @Test
  void nobodyGivesBackWhatItWasNotGiven() {
    lease(1, ask(100, 100, 0));

    assertThat(lease(1, ask(100, 100, 5000))).isEqualTo(given(100, 100, 0, 1000));
    assertThat(held()).isZero();
  }

  @Test
  void whatRecordsUseMovesFromHeldToUsed() {
    lease(1, ask(400, 400, 0));
    service
        .pipeline()
        .apply(
            batch(
                flush(
                    journal(1), 0, 1, hit(7, 150), fill(7, 40), unbilled(7, Reason.BOT, 1, 10_000)),
                flush(journal(1), 1, 1, hit(7, 50)),
                flush(journal(2), 0, 1, hit(7, 30))));

    assertThat(lease(1, ask(400, 400, 0))).isEqualTo(given(400, 0, 200, 770));
    assertThat(held()).isEqualTo(200);
    assertThat(lease(3, ask(571, 571, 0))).isEqualTo(given(0, 0, 0, 770));
    assertThat(lease(3, ask(570, 570, 0))).isEqualTo(given(570, 0, 0, 770));
  }

  @Test
  void theTwoQuotasOfADataSetAreApart() {
    LeaseAnswer answer =
        TestEdges.lease(
            service.leaseDesk(),
            new LeaseRequest(
                journal(1),
                "edge-0",
                List.of(
                    ask(Kind.CACHE_MISS, 500, 500, 0),
                    ask(Kind.CDN, 1000, 1000, 0),
                    new Ask(
                        QuotaName.cdn(dataSet(99)),
                        ByteCount.of(1),
                        ByteCount.of(1),
                        ByteCount.ZERO))));

    assertThat(answer.leases())
        .extracting(lease -> lease.acquired().bytes())
        .containsExactly(500L, 1000L, 0L);
    assertThat(answer.millisToLive()).isEqualTo(60_000);
  }

  @Test
  void aTopUpThatAReorgTookBackIsGivenToNobody() {
    TopUps topUps = new TopUps(bytes(100), bytes(900), TokenAmount.ZERO, TokenAmount.ZERO);
    keep(indexed(7, 2, topUps, Reported.NONE));
    assertThat(lease(1, ask(600, 600, 0))).isEqualTo(given(600, 0, 0, 1000));

    keep(indexed(7, 3, paid(100, 0), Reported.NONE));

    assertThat(lease(2, ask(1, 1, 0))).isEqualTo(given(0, 0, 0, 100));
    assertThat(lease(1, ask(601, 601, 0))).isEqualTo(given(600, 0, 0, 100));
    assertThat(lease(1, ask(601, 601, 550))).isEqualTo(given(601, 550, 0, 100));
  }

  @Test
  void aDataSetWhoseCdnIsOffIsGivenNothing() {
    DataSetRecord on = indexed(7, 5, paid(1000, 0), Reported.NONE);
    keep(
        new DataSetRecord(
            on.dataSet(),
            on.payer(),
            on.provider(),
            on.payee(),
            false,
            false,
            on.pdpRail(),
            on.cacheMissRail(),
            on.cdnRail(),
            on.topUps(),
            on.reported(),
            on.lastReportedEpoch(),
            on.settled(),
            on.asOf()));

    assertThat(lease(1, ask(1, 1, 0))).isEqualTo(given(0, 0, 0, 0));
  }

  @Test
  void aCompleteJournalHoldsNothingOnceAllOfItIsApplied() {
    lease(1, ask(400, 400, 0));
    JournalEnd end = new JournalEnd(journal(1), Map.of(0, 1L, 1, 2L));
    service
        .pipeline()
        .apply(batch(flush(journal(1), 0, 1, hit(7, 10)), flush(journal(1), 1, 1, hit(7, 10))));

    assertThat(TestEdges.end(service.leaseDesk(), end)).isFalse();
    assertThat(held()).isEqualTo(380);
    service.pipeline().apply(batch(flush(journal(1), 1, 2, hit(7, 10))));
    assertThat(TestEdges.end(service.leaseDesk(), end)).isTrue();
    assertThat(TestEdges.end(service.leaseDesk(), end)).isTrue();

    assertThat(held()).isZero();
    assertThat(request(1, ask(1, 1, 0))).isEqualTo(new LeaseAnswer(true, 0, List.of()));
    assertThat(stack.audit())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.action()).isEqualTo(AuditEntry.Action.LEASES_DRAINED);
              assertThat(entry.detail()).contains("370 bytes");
            });
  }

  @Test
  void whatADeadEdgeHoldsIsWrittenOffInTheEndAndStillCountedWhenItComes() {
    lease(1, ask(400, 400, 0));
    clock.move(Duration.ofDays(7));
    service.tend();
    assertThat(held()).isEqualTo(400);

    clock.move(Duration.ofMinutes(2));
    service.tend();

    assertThat(held()).isZero();
    assertThat(stack.audit())
        .extracting(AuditEntry::action)
        .containsExactly(AuditEntry.Action.LEASES_WRITTEN_OFF);
    service.pipeline().apply(batch(flush(journal(1), 0, 1, hit(7, 10))));
    assertThat(stack.rows("select cdn_bytes from odometer")).containsExactly("10");
    assertThat(totals()).isEqualTo(Totals.NONE);
  }

  @Test
  void anEdgeThatAsksAgainWhileOthersAreWrittenOffKeepsWhatItHolds() {
    lease(1, ask(400, 400, 0));
    clock.move(Duration.ofDays(8));

    try (MetricsService other =
        stack.service(
            Meanwhile.happens(stack.dataSource(), () -> lease(1, ask(500, 500, 0))),
            clock,
            new SimpleMeterRegistry())) {
      other.leaseDesk().writeOff();
    }

    assertThat(held()).isEqualTo(500);
    assertThat(stack.audit()).isEmpty();
    assertThat(lease(1, ask(600, 600, 0))).isEqualTo(given(600, 0, 0, 1000));
  }

  @Test
  void manyEdgesAtOnceAreNeverGivenMoreThanThereIs() throws Exception {
    List<Callable<Long>> edges = new ArrayList<>();
    for (int edge = 1; edge <= 16; edge++) {
      int number = edge;
      edges.add(
          () -> {
            long acquired = 0;
            for (int times = 0; times < 20; times++) {
              acquired = lease(number, ask(acquired + 9, acquired + 9, 0)).acquired().bytes();
            }
            return acquired;
          });
    }
    long sum = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      for (Future<Long> edge : threads.invokeAll(edges)) {
        sum += edge.get();
      }
    }

    assertThat(sum).isEqualTo(999);
    assertThat(totals()).isEqualTo(new Totals(999, 0, 0));
  }

  @Test
  void edgesThatAskForTheSameNewQuotasAtOnceDoNotWaitInACircle() throws Exception {
    List<Callable<Integer>> edges = new ArrayList<>();
    for (int edge = 1; edge <= 8; edge++) {
      int number = edge;
      edges.add(() -> askForMoreAndMoreDataSets(number));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Integer> edge : threads.invokeAll(edges)) {
        assertThat(edge.get()).isEqualTo(ROUNDS * DATA_SETS_A_ROUND);
      }
    }
  }

  private int askForMoreAndMoreDataSets(int edge) {
    Random random = new Random(edge);
    int answered = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<Ask> asks = new ArrayList<>();
      random
          .ints(3 * round, 3 * round + 30)
          .distinct()
          .limit(DATA_SETS_A_ROUND)
          .forEach(id -> asks.add(ask(id, Kind.CDN, 1, 1, 0)));
      answered += request(edge, asks).leases().size();
    }
    return answered;
  }

  private Lease lease(long journal, Ask ask) {
    return request(journal, ask).leases().getFirst();
  }

  private LeaseAnswer request(long journal, Ask ask) {
    return request(journal, List.of(ask));
  }

  private LeaseAnswer request(long journal, List<Ask> asks) {
    return TestEdges.lease(
        service.leaseDesk(), new LeaseRequest(journal(journal), TestEdges.EDGE, asks));
  }

  private static Ask ask(long acquired, long needed, long returned) {
    return ask(Kind.CDN, acquired, needed, returned);
  }

  private static Ask ask(Kind kind, long acquired, long needed, long returned) {
    return ask(7, kind, acquired, needed, returned);
  }

  private static Ask ask(long dataSet, Kind kind, long acquired, long needed, long returned) {
    return new Ask(
        new QuotaName.OfDataSet(dataSet(dataSet), kind),
        ByteCount.of(acquired),
        ByteCount.of(needed),
        ByteCount.of(returned));
  }

  private static Lease given(long acquired, long returned, long applied, long unspent) {
    return new Lease(
        QuotaName.cdn(dataSet(7)),
        ByteCount.of(acquired),
        ByteCount.of(returned),
        ByteCount.of(applied),
        Optional.of(ByteCount.of(unspent)));
  }

  private static long held() {
    return totals().held();
  }

  private static Totals totals() {
    return new Database(stack.dataSource()).call(new PostgresLeases()::totals);
  }

  private static void keep(DataSetRecord record) {
    new Database(stack.dataSource())
        .run(connection -> new PostgresDataSets().keepNewer(connection, List.of(record)));
  }

  private static TopUps paid(long cdn, long cacheMiss) {
    return new TopUps(bytes(cdn), TokenAmount.ZERO, bytes(cacheMiss), TokenAmount.ZERO);
  }

  /** The least amount that buys so many bytes at 7 USDFC a TiB. */
  static TokenAmount bytes(long bytes) {
    BigInteger tib = BigInteger.ONE.shiftLeft(40);
    return new TokenAmount(
        BigInteger.TEN
            .pow(18)
            .multiply(BigInteger.valueOf(7))
            .multiply(BigInteger.valueOf(bytes))
            .add(tib.subtract(BigInteger.ONE))
            .divide(tib));
  }
}
