package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.retrieval.EdgeClient.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An edge that leases what it serves, over HTTP. */
class LeasesIT extends LeasingEdgeTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @Override
  Map<String, String> settings() {
    Map<String, String> settings = super.settings();
    settings.put("filcdn.retrieval.leases.standing", "0");
    return settings;
  }

  private Payer paid(long cdn, long cacheMiss) {
    Payer payer = newPayer();
    metrics.grant(DataSetId.of(payer.dataSet()), Kind.CDN, cdn);
    metrics.grant(DataSetId.of(payer.dataSet()), Kind.CACHE_MISS, cacheMiss);
    return payer;
  }

  private void assertHeld(Payer payer, long cdn, long cacheMiss) {
    DataSetId dataSet = DataSetId.of(payer.dataSet());
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(
                        List.of(
                            metrics.held(dataSet, Kind.CDN),
                            metrics.held(dataSet, Kind.CACHE_MISS)))
                    .as("held and not applied")
                    .isEqualTo(List.of(cdn, cacheMiss)));
  }

  @Test
  void theFirstRequestWaitsForALeaseAndWhatIsNotUsedGoesBack() throws Exception {
    Payer payer = paid(1_000_000, 1_000_000);
    TestPiece piece = placed(payer, 100_000);

    Answer cold = get(payer, piece);
    Answer cached = get(payer, piece);

    assertThat(cold.status()).isEqualTo(200);
    assertThat(cold.body()).isEqualTo(piece.bytes());
    assertThat(cached.status()).isEqualTo(200);
    assertHeld(payer, 200_000, 100_000);
  }

  @Test
  void anEdgeWhoseKeyIsRevokedIsNotReadyAndSaysWhy() throws Exception {
    Payer payer = paid(1_000_000, 1_000_000);
    TestPiece piece = placed(payer, 1_000);
    assertThat(get(payer, piece).status()).isEqualTo(200);

    metrics.revoke(true);

    await().atMost(SOON).until(() -> !edge.edge().ready());
    assertThat(edge.edge().missing()).contains("metrics refuses this edge");
    assertRefused(get(payer, piece), 503, "lease-desk-unreachable");
    metrics.revoke(false);
    await().atMost(SOON).until(() -> edge.edge().ready());
    assertThat(get(payer, piece).status()).isEqualTo(200);
  }

  @Test
  void moreThanWasPaidForIsRefusedAndLeasesNothing() throws Exception {
    Payer payer = paid(10, 1_000_000);
    TestPiece piece = placed(payer, 1_000);

    assertRefused(get(payer, piece), 402, "cdn-quota-exhausted");
    assertThat(get(payer, piece, "Range: bytes=0-9").status()).isEqualTo(206);

    assertHeld(payer, 10, 1_000);
  }

  @Test
  void whatOthersHoldIsWorthWaitingFor() throws Exception {
    Payer payer = paid(1_000, 1_000_000);
    metrics.holdElsewhere(DataSetId.of(payer.dataSet()), Kind.CDN, 500);
    TestPiece piece = placed(payer, 600);

    Answer answer = get(payer, piece);

    assertRefused(answer, 503, "quota-reserved");
    assertThat(answer.header("Retry-After")).isNotEmpty();
  }

  @Test
  void withoutQuotaForMissesOnlyCachedPiecesAreServed() throws Exception {
    Payer rich = paid(1_000_000, 1_000_000);
    Payer poor = paid(1_000_000, 0);
    TestPiece piece = placed(rich, 5_000);
    place(piece, poor.address(), poor.dataSet());

    assertRefused(get(poor, piece), 402, "cache-miss-quota-exhausted");
    assertThat(get(rich, piece).status()).isEqualTo(200);
    assertThat(get(poor, piece).status()).isEqualTo(200);

    assertHeld(poor, 5_000, 0);
  }

  /** Of the last write a part waits for the window, which ends, and the rest for the socket. */
  @Test
  void aStreamThatIsResetGivesBackNoByteThatItsSocketTakes() throws Exception {
    Payer payer = paid(1_000_000_000, 100_000_000);
    DataSetId dataSet = DataSetId.of(payer.dataSet());
    int size = 1_500_000;
    TestPiece piece = placed(payer, size);
    get(payer, piece);

    for (int unread = 64 << 10; unread < 1 << 20; unread += 16 << 10) {
      reset(payer, piece, size - 1_000, size - unread);
    }

    await().atMost(SOON).until(() -> edge.edge().requests() == 0);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThat(metrics.held(dataSet, Kind.CDN)).isEqualTo(egressBytes(payer)));
  }

  @Test
  void aStreamWhoseWindowIsShutCostsNothing() throws Exception {
    Payer payer = paid(1_000_000, 1_000_000);
    TestPiece piece = placed(payer, 100_000);
    get(payer, piece);
    try (Http2Socket client = new Http2Socket(edge.client().port())) {
      client.send(
          Http2Socket.frame(Http2Socket.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0}),
          Http2Socket.get(1, payer.address() + ".localhost", "/" + piece.cid()));
      await().atMost(SOON).until(() -> edge.edge().requests() == 1);

      client.send(Http2Socket.number(Http2Socket.RST_STREAM, 1, 8));
      await().atMost(SOON).until(() -> edge.edge().requests() == 0);
    }
    get(payer, piece);

    await().atMost(SOON).until(() -> egressBytes(payer) >= 200_000);
    assertThat(egressBytes(payer)).isEqualTo(200_000);
  }

  /** Asks with a window of so many bytes, takes some, resets the stream and takes what comes. */
  private void reset(Payer payer, TestPiece piece, int window, int take) throws IOException {
    byte[] initialWindow = ByteBuffer.allocate(6).putShort((short) 4).putInt(window).array();
    try (Http2Socket client = new Http2Socket(edge.client().port())) {
      client.send(
          Http2Socket.frame(Http2Socket.SETTINGS, 0, 0, initialWindow),
          Http2Socket.number(Http2Socket.WINDOW_UPDATE, 0, window),
          Http2Socket.get(1, payer.address() + ".localhost", "/" + piece.cid()));
      for (int taken = 0; taken < take; ) {
        Http2Socket.Frame frame = client.next().orElseThrow();
        taken += frame.type() == Http2Socket.DATA ? frame.payload().length : 0;
      }
      await().pollDelay(Duration.ofMillis(50)).until(() -> true);
      client.send(Http2Socket.number(Http2Socket.RST_STREAM, 1, 8));
      while (client.comes(100)) {
        var _ = client.next().orElseThrow();
      }
    }
  }

  @Test
  void anAbortedResponseGivesBackWhatItsClientDidNotTake() throws Exception {
    Payer payer = paid(100_000_000, 100_000_000);
    TestPiece piece = placed(payer, 30_000_000);

    try (EdgeClient.Exchange exchange = begin(payer, piece)) {
      assertThat(exchange.head().status()).isEqualTo(200);
    }

    DataSetId dataSet = DataSetId.of(payer.dataSet());
    await().atMost(SOON).until(() -> metrics.held(dataSet, Kind.CDN) < 20_000_000);
  }

  @Test
  void theDataSetWithMostQuotaPaysFromTheFirstRequestOn() throws Exception {
    Payer payer = newPayer();
    metrics.grant(DataSetId.of(payer.dataSet()), Kind.CDN, 1_000);
    metrics.grant(DataSetId.of(payer.secondDataSet()), Kind.CDN, 50_000);
    metrics.grant(DataSetId.of(payer.dataSet()), Kind.CACHE_MISS, 50_000);
    metrics.grant(DataSetId.of(payer.secondDataSet()), Kind.CACHE_MISS, 50_000);
    TestPiece piece = placedTwice(payer, 5_000);

    Answer answer = get(payer, piece);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("X-Data-Set-ID"))
        .isEqualTo(Long.toString(DataSetId.of(payer.secondDataSet()).number()));
  }

  /** All that is paid for is needed, and metrics gives no more in advance than it has to. */
  @ParameterizedTest
  @CsvSource({"8, 2200000", "12, 600000", "40, 1000"})
  void whoAsksAtOnceForACachedPieceIsServedWhereItIsPaidFor(int clients, int size)
      throws Exception {
    Payer payer = paid((clients + 1L) * size, size);
    TestPiece piece = placed(payer, size);
    get(payer, piece);

    assertServed(atOnce(clients, _ -> get(payer, piece)));

    assertHeld(payer, (clients + 1L) * size, size);
  }

  @Test
  void whoAsksAtOnceForColdPiecesIsServedWhereTheyArePaidFor() throws Exception {
    Payer payer = paid(6 * 2_200_000, 6 * 2_200_000);
    List<TestPiece> pieces = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      pieces.add(placed(payer, 2_200_000));
    }

    assertServed(atOnce(6, i -> get(payer, pieces.get(i))));

    assertHeld(payer, 6 * 2_200_000, 6 * 2_200_000);
  }

  @Test
  void aColdPieceThatManyAskForAtOnceIsPaidForOnce() throws Exception {
    Payer payer = paid(10 * 500_000, 500_000);
    TestPiece piece = placed(payer, 500_000);

    assertServed(atOnce(10, _ -> get(payer, piece)));

    assertHeld(payer, 10 * 500_000, 500_000);
    assertThat(provider.requestsFor(piece)).isEqualTo(1);
  }

  @Test
  void payersWhoseClientsAskAtOnceAreServedEachFromItsOwnQuota() throws Exception {
    TestPiece piece = newPiece(300_000);
    provider.with(piece);
    List<Payer> payers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Payer payer = paid(4 * 300_000, 300_000);
      place(piece, payer.address(), payer.dataSet());
      payers.add(payer);
    }

    assertServed(atOnce(24, i -> get(payers.get(i % 6), piece)));
  }

  @Test
  void whoAsksWhileMetricsIsSlowWaits() throws Exception {
    Payer payer = paid(9 * 700_000, 700_000);
    TestPiece piece = placed(payer, 700_000);
    get(payer, piece);
    int before = metrics.arrived();
    metrics.pause(true);
    List<Answer> answers = new ArrayList<>();
    Thread resumes =
        Thread.startVirtualThread(
            () -> {
              await().atMost(SOON).until(() -> metrics.arrived() > before);
              metrics.pause(false);
            });

    answers.addAll(atOnce(8, _ -> get(payer, piece)));

    resumes.join();
    assertServed(answers);
  }

  @Test
  void whileMetricsIsAwayTheRefusalSaysSoAndBlamesNobody() throws Exception {
    Payer payer = paid(1_000_000, 1_000_000);
    TestPiece cached = placed(payer, 5_000);
    TestPiece cold = placed(payer, 6_000);
    get(payer, cached);
    metrics.fail(true);
    try {
      assertRefused(get(payer, cached), 503, "lease-desk-unreachable");
      Answer answer = get(payer, cold);
      assertRefused(answer, 503, "lease-desk-unreachable");
      assertThat(answer.header("Retry-After")).isNotEmpty();
    } finally {
      metrics.fail(false);
    }
    assertThat(provider.requestsFor(cold)).isZero();
    assertThat(get(payer, cold).status()).isEqualTo(200);
  }

  @Test
  void aResponseWaitsForItsNextBytesWhileMetricsIsSlow() throws Exception {
    Payer payer = paid(60_000_000, 30_000_000);
    TestPiece piece = placed(payer, 30_000_000);
    get(payer, piece);

    try (EdgeClient.Exchange slow = begin(payer, piece)) {
      assertThat(slow.head().status()).isEqualTo(200);
      int before = metrics.arrived();
      metrics.pause(true);
      Thread resumes =
          Thread.startVirtualThread(
              () -> {
                await().atMost(SOON).until(() -> metrics.arrived() > before);
                metrics.pause(false);
              });
      assertThat(slow.rest().body()).isEqualTo(piece.bytes());
      resumes.join();
    }
    assertHeld(payer, 60_000_000, 30_000_000);
  }

  private static void assertServed(List<Answer> answers) {
    assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
  }

  private interface Call {
    Answer call(int number) throws Exception;
  }

  private static List<Answer> atOnce(int clients, Call call) throws Exception {
    List<Callable<Answer>> calls = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      int number = i;
      calls.add(() -> call.call(number));
    }
    List<Answer> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      for (Future<Answer> answer : threads.invokeAll(calls)) {
        answers.add(answer.get());
      }
    }
    return answers;
  }

  @Test
  void manyAtOnceNeverGetMoreThanWasPaidFor() throws Exception {
    Payer payer = paid(50_000, 1_000_000);
    TestPiece piece = placed(payer, 3_000);
    List<Callable<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      clients.add(() -> get(payer, piece).status());
    }
    int served = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(20)) {
      for (Future<Integer> status : threads.invokeAll(clients)) {
        served += status.get() == 200 ? 1 : 0;
      }
    }

    assertThat(served).isBetween(1, 16);
    assertHeld(payer, 3_000L * served, 3_000);
  }
}
