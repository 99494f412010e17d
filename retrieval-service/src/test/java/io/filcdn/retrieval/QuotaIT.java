package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.usage.Quota;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What is served of what is paid for, with a quota that never gives out more than it has. */
class QuotaIT extends EdgeTest {

  private static final int FILLS = 30;

  private final TestQuota quota = new TestQuota();

  @Override
  Quota quota() {
    return quota;
  }

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.bots.crawler", "secret",
        "filcdn.retrieval.http.proxies", "127.0.0.0/8",
        "filcdn.retrieval.limits.fills-per-client", Integer.toString(FILLS));
  }

  private void assertTaken(Payer payer, long cdn, long cacheMiss) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(taken(payer, Kind.CDN)).isEqualTo(cdn);
              assertThat(taken(payer, Kind.CACHE_MISS)).isEqualTo(cacheMiss);
            });
  }

  private long taken(Payer payer, Kind kind) {
    return quota.taken(payer.dataSet(), kind) + quota.taken(payer.secondDataSet(), kind);
  }

  @Test
  void aResponseIsPaidForBeforeItsFirstByte() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    quota.grant(payer.dataSet(), Kind.CDN, 10);

    Answer whole = get(payer, piece);
    Answer part = get(payer, piece, "Range: bytes=0-9");
    Answer more = get(payer, piece, "Range: bytes=0-0");

    assertRefused(whole, 402, "cdn-quota-exhausted");
    assertThat(whole.text())
        .contains(
            "data set: " + DataSetId.of(payer.dataSet()).number(),
            "bytes that remain: 10",
            "bytes asked for: 1000",
            "topUpCDNPaymentRails");
    assertThat(part.status()).isEqualTo(206);
    assertRefused(more, 402, "cdn-quota-exhausted");
    assertBilled(payer, 10, 1_000);
    assertTaken(payer, 10, 1_000);
  }

  /** Of 40 MiB that are left, a client may hold 16 MiB, and each of its responses holds 2. */
  @Test
  void aClientHoldsAPartOfADataSetsQuota() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000_000);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.fail(piece, new TestProvider.Fault.WaitsAfter(10, goOn));
    quota.grant(payer.dataSet(), Kind.CDN, 40 << 20);
    List<EdgeClient.Exchange> slow = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      slow.add(begin(payer, piece, "X-Forwarded-For: 192.0.2.77"));
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> taken(payer, Kind.CDN) == 8 << 20);

    Answer more = get(payer, piece, "X-Forwarded-For: 192.0.2.77");
    EdgeClient.Exchange another = begin(payer, piece, "X-Forwarded-For: 198.51.100.77");
    slow.add(another);
    await().atMost(Duration.ofSeconds(20)).until(() -> taken(payer, Kind.CDN) == 9 << 20);
    goOn.countDown();

    assertRefused(more, 429, "too-many-bytes-of-client");
    assertThat(more.text()).contains("may be reserved for you at once: 16777216");
    for (EdgeClient.Exchange exchange : slow) {
      assertThat(exchange.rest().body()).isEqualTo(piece.bytes());
      exchange.close();
    }
    assertTaken(payer, 27_000_000, 3_000_000);
    assertThat(get(payer, piece, "X-Forwarded-For: 192.0.2.77").status()).isEqualTo(200);
  }

  @Test
  void whatOthersHaveReservedIsWorthWaitingFor() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    quota.grant(payer.dataSet(), Kind.CDN, 999);
    quota.contend(payer.dataSet(), Kind.CDN);

    Answer answer = get(payer, piece);

    assertRefused(answer, 503, "quota-reserved");
    assertThat(answer.header("Retry-After")).matches("\\d+");
  }

  @Test
  void withoutQuotaForMissesOnlyCachedPiecesAreServed() throws Exception {
    Payer payer = newPayer();
    TestPiece cached = placed(payer, 1_000);
    TestPiece cold = placed(payer, 1_000);
    get(payer, cached);
    quota.grant(payer.dataSet(), Kind.CACHE_MISS, 1_999);

    assertThat(get(payer, cached).body()).isEqualTo(cached.bytes());
    assertRefused(get(payer, cold), 402, "cache-miss-quota-exhausted");
    quota.contend(payer.dataSet(), Kind.CACHE_MISS);
    assertRefused(get(payer, cold), 503, "quota-reserved");
    assertThat(provider.requestsFor(cold)).isZero();
    assertBilled(payer, 2_000, 1_000);
    assertTaken(payer, 2_000, 1_000);
  }

  @Test
  void aMissIsPaidForByTheDataSetWhoseProviderDelivers() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 1_000);
    quota.grant(payer.dataSet(), Kind.CACHE_MISS, 0);

    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());

    assertBilled(payer, 1_000, 1_000);
    assertThat(fillBytes(payer.secondDataSet())).isEqualTo(1_000);
    assertThat(provider.requestsFor(piece)).isZero();
  }

  @Test
  void theDataSetWithMostQuotaPaysWhicheverProviderDelivers() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 1_000);
    secondProvider.fail(piece, new TestProvider.Fault.Answers(500));
    quota.grant(payer.dataSet(), Kind.CDN, 5_000);
    quota.grant(payer.secondDataSet(), Kind.CDN, 5_500);

    Answer first = get(payer, piece);
    Answer second = get(payer, piece);

    assertThat(first.header("X-Data-Set-ID")).isEqualTo(number(payer.secondDataSet()));
    assertThat(second.header("X-Data-Set-ID")).isEqualTo(number(payer.dataSet()));
    assertBilled(payer, 2_000, 1_000);
    assertThat(fillBytes(payer.dataSet())).isEqualTo(1_000);
  }

  private static String number(String dataSet) {
    return Long.toString(DataSetId.of(dataSet).number());
  }

  @Test
  void whatAnAbortLeavesIsGivenBack() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 30_000_000);
    get(payer, piece);
    try (EdgeClient.Exchange aborted = begin(payer, piece)) {
      assertThat(aborted.read(1_000)).hasSize(1_000);
    }

    await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 2);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> taken(payer, Kind.CDN) == egressBytes(payer));
    assertThat(egressBytes(payer)).isBetween(30_001_000L, 59_999_999L);
  }

  @Test
  void slowConnectionsHoldLittleOfAQuota() throws Exception {
    Payer payer = newPayer();
    int size = 30_000_000;
    int connections = 15;
    TestPiece piece = placed(payer, size);
    get(payer, piece);
    assertBilled(payer, size, size);
    // what is left is less than all of them ask for
    quota.grant(payer.dataSet(), Kind.CDN, 10L * size);
    List<EdgeClient.Exchange> slow = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      // each a client of its own, as one may hold a part only
      slow.add(begin(payer, piece, "X-Forwarded-For: 10.0.%d.1".formatted(i)));
      assertThat(slow.getLast().head().status()).isEqualTo(200);
    }
    // beyond what their kernels took
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(taken(payer, Kind.CDN) - egressBytes(payer))
                    .isLessThanOrEqualTo(connections * 2L * Quota.SLICE));
    for (EdgeClient.Exchange exchange : slow) {
      exchange.close();
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> taken(payer, Kind.CDN) == egressBytes(payer));
  }

  @Test
  void aResponseIsCutWhereItsQuotaIsUsedUpAndNothingIsOverdrawn() throws Exception {
    Payer payer = newPayer();
    int size = 30_000_000;
    TestPiece piece = placed(payer, size);
    get(payer, piece);
    assertBilled(payer, size, size);
    long granted = 2L * size + size / 2;
    quota.grant(payer.dataSet(), Kind.CDN, granted);

    try (EdgeClient.Exchange slow = begin(payer, piece)) {
      assertThat(slow.head().status()).isEqualTo(200);
      // what is left now is used up by another, but for what the first will need
      Answer other = get(payer, piece, "Range: bytes=0-19999999");
      assertThat(other.body()).hasSize(20_000_000);

      Answer cut = slow.rest();

      assertThat(cut.whole()).isFalse();
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> taken(payer, Kind.CDN) == egressBytes(payer));
    assertThat(egressBytes(payer)).isBetween(granted - 2 * Quota.SLICE, granted);
  }

  @Test
  void aFillThatDoesNotVerifyCostsNothing() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000_000);
    provider.fail(piece, new TestProvider.Fault.WrongByte(0));
    TestPiece gone = newPiece(1_000);
    place(gone, payer.address(), payer.dataSet());

    assertThat(get(payer, piece).whole()).isFalse();
    assertRefused(get(payer, gone), 404, "piece-gone");

    await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 2);
    assertBilled(payer, 0, 0);
    assertTaken(payer, 0, 0);
  }

  @Test
  void aBotIsBilledToNobodyAndNamed() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    quota.grant(payer.dataSet(), Kind.CDN, 0);

    Answer answer = get(payer, piece, "Authorization: Bearer secret");

    assertThat(answer.body()).isEqualTo(piece.bytes());
    await().atMost(Duration.ofSeconds(20)).until(() -> unbilledBytes(payer) == 1_000);
    assertThat(rows(payer.dataSet(), EgressRow.Unbilled.class))
        .allSatisfy(row -> assertThat(row.bot()).contains("crawler"));
    assertBilled(payer, 0, 0);
    assertTaken(payer, 0, 0);
  }

  @Test
  void whatIsRefusedForAnotherReasonIsGivenBack() throws Exception {
    Payer payer = newPayer();
    String client = "X-Forwarded-For: 203.0.113.1";
    int fills = 0;
    Answer refused = get(payer, placed(payer, 100), client);
    while (refused.status() == 200) {
      fills++;
      refused = get(payer, placed(payer, 100), client);
    }

    assertThat(fills).isGreaterThanOrEqualTo(FILLS);
    assertRefused(refused, 429, "too-many-fills-of-client");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> taken(payer, Kind.CDN) == egressBytes(payer));
  }
}
