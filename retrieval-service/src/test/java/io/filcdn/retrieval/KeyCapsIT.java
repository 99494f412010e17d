package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.access.Keys;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Keys with caps on bytes, at an edge that leases them over HTTP. */
class KeyCapsIT extends LeasingEdgeTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long PLENTY = 100_000_000;

  @Override
  Map<String, String> settings() {
    Map<String, String> settings = super.settings();
    settings.put("filcdn.retrieval.leases.forget", "2s");
    return settings;
  }

  private Payer paid() {
    Payer payer = newPayer();
    metrics.grant(DataSetId.of(payer.dataSet()), Kind.CDN, PLENTY);
    metrics.grant(DataSetId.of(payer.dataSet()), Kind.CACHE_MISS, PLENTY);
    return payer;
  }

  private AccessKey told(Payer payer, String limits) {
    AccessKey key = Keys.key();
    index.key(Keys.record(key, payer.address(), Keys.limits(limits)));
    await().atMost(SOON).until(() -> edge.edge().knowsKey(key.id()));
    return key;
  }

  private static QuotaName.OfKey life(AccessKey key) {
    return new QuotaName.OfKey(key.id(), new CapPeriod.Life());
  }

  /** The day that it is, and the next, which it may be in a moment. */
  private void grantDays(AccessKey key, long bytes) {
    for (LocalDate day : days()) {
      metrics.grant(new QuotaName.OfKey(key.id(), new CapPeriod.Day(day)), bytes);
    }
  }

  private static List<LocalDate> days() {
    LocalDate today = LocalDate.ofInstant(Clock.systemUTC().instant(), ZoneOffset.UTC);
    return List.of(today, today.plusDays(1));
  }

  private static String bearer(AccessKey key) {
    return "Authorization: Bearer " + key.text();
  }

  @Test
  void aCapOfADayIsToldWithWhatRemainsAndWhenItEnds() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    AccessKey key = told(payer, "{\"bytesPerDay\":\"7000\"}");
    grantDays(key, 7_000);

    assertThat(get(payer, piece, bearer(key)).status()).isEqualTo(200);
    assertThat(get(payer, piece, bearer(key)).status()).isEqualTo(200);
    assertRefused(get(payer, piece, bearer(key)), 503, "quota-reserved");
    for (LocalDate day : days()) {
      metrics.apply(new QuotaName.OfKey(key.id(), new CapPeriod.Day(day)), 6_000);
    }
    Answer refused = get(payer, piece, bearer(key), "Accept: application/json");

    assertRefused(refused, 429, "key-bytes-exhausted");
    assertThat(Long.parseLong(refused.header("Retry-After"))).isBetween(1L, 86_400L);
    assertThat(refused.header("RateLimit-Policy"))
        .isEqualTo("\"day\";q=7000;qu=\"content-bytes\";w=86400");
    assertThat(refused.header("RateLimit")).matches("\"day\";r=1000;t=\\d+");
    assertThat(refused.text()).contains("bytes that remain: 1000");
    assertRefused(head(payer, piece, bearer(key)), 429, "key-bytes-exhausted");
    assertThat(get(payer, piece, bearer(key), "Range: bytes=0-99").status()).isEqualTo(206);
    assertThat(get(payer, piece).status()).as("without a key it is public").isEqualTo(200);
  }

  @Test
  void aCapOfALifeEndsForGood() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    AccessKey key = told(payer, "{\"bytes\":\"2999\"}");
    metrics.grant(life(key), 2_999);

    Answer refused = get(payer, piece, bearer(key));

    assertRefused(refused, 403, "key-bytes-used-up");
    assertThat(refused.header("RateLimit")).isEqualTo("\"life\";r=2999");
    assertThat(refused.header("Retry-After")).isEmpty();
  }

  @Test
  void whatIsServedIsTakenFromEachCapAndTold() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 5_000);
    AccessKey key =
        told(payer, "{\"bytes\":\"60000\",\"bytesPerDay\":\"50000\",\"bytesPerMonth\":\"55000\"}");
    metrics.grant(life(key), 60_000);
    grantDays(key, 50_000);
    for (LocalDate day : days()) {
      metrics.grant(
          new QuotaName.OfKey(key.id(), new CapPeriod.Month(YearMonth.from(day))), 55_000);
    }

    assertThat(get(payer, piece, bearer(key)).status()).isEqualTo(200);
    assertThat(get(payer, piece, bearer(key), "Range: bytes=0-999").status()).isEqualTo(206);

    await().atMost(SOON).until(() -> metrics.held(life(key)) == 6_000);
    assertBilled(payer, 6_000, 5_000);
    List<EgressRow.Egress> rows = rows(payer.dataSet(), EgressRow.Egress.class);
    assertThat(rows)
        .allSatisfy(row -> assertThat(row.key().orElseThrow().id()).isEqualTo(key.id()));
    EgressRow.UsedKey used = rows.getFirst().key().orElseThrow();
    await()
        .atMost(SOON)
        .until(
            () ->
                metrics.held(new QuotaName.OfKey(key.id(), new CapPeriod.Day(used.day())))
                    >= 1_000);
  }

  @Test
  void anAbortedResponseGivesBackWhatItsClientDidNotTake() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 20_000_000);
    AccessKey key = told(payer, "{\"bytes\":\"40000000\"}");
    metrics.grant(life(key), 40_000_000);
    get(payer, piece);

    for (int i = 0; i < 5; i++) {
      try (EdgeClient.Exchange exchange = begin(payer, piece, bearer(key))) {
        assertThat(exchange.head().status()).isEqualTo(200);
      }
    }

    await().atMost(SOON).until(() -> edge.edge().requests() == 0);
    await().atMost(SOON).until(() -> metrics.held(life(key)) < 40_000_000 / 2);
  }

  @Test
  void manyAtOnceNeverGetMoreThanTheCap() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    AccessKey key = told(payer, "{\"bytes\":\"50000\"}");
    metrics.grant(life(key), 50_000);
    get(payer, piece);
    List<Callable<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      clients.add(() -> get(payer, piece, bearer(key)).status());
    }
    int served = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(20)) {
      for (Future<Integer> status : threads.invokeAll(clients)) {
        served += status.get() == 200 ? 1 : 0;
      }
    }

    assertThat(served).isBetween(1, 16);
    long bytes = 3_000L * served;
    await().atMost(SOON).until(() -> metrics.held(life(key)) == bytes);
  }

  @Test
  void withMetricsAwayWhatIsHeldIsServedAndThenRefused() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 1_000);
    AccessKey key = told(payer, "{\"bytes\":\"50000\"}");
    metrics.shareInAdvance(1);
    try {
      metrics.grant(life(key), 50_000);
      assertThat(get(payer, piece, bearer(key)).status()).isEqualTo(200);
      await().atMost(SOON).until(() -> metrics.held(life(key)) >= 3_000);
      metrics.fail(true);

      int served = 0;
      Answer answer = get(payer, piece, bearer(key));
      while (answer.status() == 200 && served < 100) {
        served++;
        answer = get(payer, piece, bearer(key));
      }

      assertRefused(answer, 503, "lease-desk-unreachable");
      assertThat(served).isBetween(1, 8);
    } finally {
      metrics.fail(false);
      metrics.shareInAdvance(1_000_000);
    }
  }

  @Test
  void anEdgeThatLeasesNothingRefusesACappedKey() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 1_000);
    AccessKey key = told(payer, "{\"bytes\":\"50000\"}");
    AccessKey uncapped = told(payer, "{}");
    TestEdge free = new TestEdge(kafka, folder.resolve("free-edge"), quota(), Map.of());
    try {
      String path = "/" + piece.cid();
      await()
          .atMost(SOON)
          .until(() -> free.client().get(payer.address(), path, bearer(uncapped)).status() == 200);
      assertRefused(
          free.client().get(payer.address(), path, bearer(key)), 503, "lease-desk-unreachable");
    } finally {
      free.close();
    }
  }
}
