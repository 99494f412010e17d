package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.TestProvider.Fault;
import io.filcdn.retrieval.usage.Quota;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A HEAD says 200 only where a GET would be served. */
class HeadIT extends EdgeTest {

  private static final String FROM_CID = "filcdn; detail=from-cid";
  private static final long BOUND_SECONDS = 1;

  private final TestQuota quota = new TestQuota();

  @Override
  Quota quota() {
    return quota;
  }

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.bots.crawler", "secret",
        "filcdn.retrieval.origin.absence", "60s",
        "filcdn.retrieval.origin.probes.timeout", BOUND_SECONDS + "s",
        "filcdn.retrieval.origin.probes.remembered", "60s");
  }

  @Test
  void aPieceThatAProviderHasIsToldFromItsCid() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 5_000);

    Answer first = head(payer, piece);
    Answer second = head(payer, piece);

    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("Content-Length")).isEqualTo("5000");
    assertThat(first.header("Cache-Status")).isEqualTo(FROM_CID);
    assertThat(second.status()).isEqualTo(200);
    // which is remembered for a while
    assertThat(provider.headsFor(piece)).isEqualTo(1);
    assertThat(provider.requestsFor(piece)).isZero();
    assertThat(quota.taken(payer.dataSet(), Kind.CDN)).isZero();
    assertThat(quota.taken(payer.dataSet(), Kind.CACHE_MISS)).isZero();
  }

  @Test
  void aPieceThatNoProviderHasIsGone() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(1_000);
    place(piece, payer.address(), payer.dataSet());
    place(piece, payer.address(), payer.secondDataSet());

    Answer head = head(payer, piece);
    secondProvider.with(piece);

    assertRefused(head, 404, "piece-gone");
    assertThat(provider.headsFor(piece)).isEqualTo(1);
    assertThat(secondProvider.headsFor(piece)).isEqualTo(1);
    // what a HEAD was told keeps nobody from fetching
    assertThat(get(payer, piece).body()).isEqualTo(piece.bytes());
  }

  @Test
  void whatOneProviderLacksAnotherMayHave() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(1_000);
    secondProvider.with(piece);
    place(piece, payer.address(), payer.dataSet());
    place(piece, payer.address(), payer.secondDataSet());

    assertThat(head(payer, piece).status()).isEqualTo(200);
    assertThat(secondProvider.headsFor(piece)).isEqualTo(1);
  }

  @Test
  void aProviderThatIsKnownToLackItIsNotAsked() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = newPiece(1_000);
    place(piece, payer.address(), payer.dataSet());
    assertRefused(get(payer, piece), 404, "piece-gone");

    assertRefused(head(payer, piece), 404, "piece-gone");
    assertThat(provider.headsFor(piece)).isZero();
  }

  @Test
  void aProviderThatIsLeftAloneIsNotAsked() throws Exception {
    Address payer = newPayer().address();
    index.provider("fwss/77", "http://127.0.0.1:1").dataSet("fwss/770077", payer, "fwss/77");
    TestPiece piece = newPiece(1_000);
    place(piece, payer, "fwss/770077");
    String host = payer + ".localhost";
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                edge.client()
                    .get(payer, "/" + piece.cid())
                    .header("X-Error-Code")
                    .equals("origin-busy"));

    assertRefused(edge.client().send("HEAD", host, "/" + piece.cid()), 502, "origin-busy");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 403, 400})
  void aProviderThatFailsIsToldOf(int status) throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    provider.fail(piece, new Fault.Answers(status));

    assertRefused(head(payer, piece), 502, "origin-failed");
  }

  @Test
  void aProviderThatKnowsNoHeadOrIsBusyMayHaveIt() throws Exception {
    Payer payer = newPayer();
    TestPiece unknown = placed(payer, 1_000);
    provider.fail(unknown, new Fault.KnowsNoHead());
    TestPiece busy = placed(payer, 1_000);
    provider.fail(busy, new Fault.Answers(429, "Retry-After", "100"));

    assertThat(head(payer, unknown).status()).isEqualTo(200);
    assertThat(head(payer, busy).status()).isEqualTo(200);
    provider.heal(busy.cid());
    // and it is asked for the bytes at once
    assertThat(get(payer, busy).body()).isEqualTo(busy.bytes());
  }

  @Test
  void aProviderThatDoesNotAnswerIsNotWaitedFor() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    CountDownLatch never = new CountDownLatch(1);
    provider.fail(piece, new Fault.WaitsBefore(never));

    long before = System.nanoTime();
    Answer slow = head(payer, piece);
    long took = System.nanoTime() - before;
    Answer fast = head(payer, piece);
    long after = System.nanoTime() - before - took;
    never.countDown();

    assertThat(slow.status()).isEqualTo(200);
    assertThat(fast.status()).isEqualTo(200);
    assertThat(took).isBetween(0L, TimeUnit.SECONDS.toNanos(BOUND_SECONDS + 5));
    assertThat(after).isLessThan(TimeUnit.SECONDS.toNanos(BOUND_SECONDS));
    assertThat(provider.headsFor(piece)).isEqualTo(1);
  }

  @Test
  void quotaThatDoesNotReachIsToldColdAndCached() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    quota.grant(payer.dataSet(), Kind.CDN, 999);
    assertRefused(head(payer, piece), 402, "cdn-quota-exhausted");
    assertThat(provider.headsFor(piece)).isZero();

    quota.grant(payer.dataSet(), Kind.CDN, 1_500);
    quota.grant(payer.dataSet(), Kind.CACHE_MISS, 999);
    assertRefused(head(payer, piece), 402, "cache-miss-quota-exhausted");

    quota.grant(payer.dataSet(), Kind.CACHE_MISS, 1_000);
    assertThat(get(payer, piece).status()).isEqualTo(200);
    assertThat(isCold(piece)).isFalse();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> quota.taken(payer.dataSet(), Kind.CDN) == 1_000);
    assertRefused(head(payer, piece), 402, "cdn-quota-exhausted");

    quota.contend(payer.dataSet(), Kind.CDN);
    assertRefused(head(payer, piece), 503, "quota-reserved");
    // a bot's bytes are billed to nobody
    assertThat(head(payer, piece, "Authorization: Bearer secret").status()).isEqualTo(200);
  }

  @Test
  void aRailThatHasEndedIsTold() throws Exception {
    Address payer = newPayer().address();
    Epoch far = edge.now().plus(100_000);
    index.railsEnd("fwss/880001", payer, "fwss/1", far, new Epoch(1));
    TestPiece piece = newPiece(1_000);
    provider.with(piece);
    place(piece, payer, "fwss/880001");

    Answer head = edge.client().send("HEAD", payer + ".localhost", "/" + piece.cid());

    assertRefused(head, 402, "cache-miss-rail-ended");
    assertThat(provider.headsFor(piece)).isZero();
  }

  @Test
  void theTypeIsToldWhereItIsKnown() throws Exception {
    Payer payer = newPayer();
    TestPiece text =
        TestPiece.of("words, and more words\n".repeat(9).getBytes(StandardCharsets.UTF_8));
    provider.with(text);
    place(text, payer.address(), payer.dataSet());
    assertThat(head(payer, text).headers()).doesNotContainKey("content-type");
    Answer whole = get(payer, text);

    assertThat(head(payer, text).header("Content-Type")).isEqualTo(whole.header("Content-Type"));
    edge.restart();
    Answer restarted = head(payer, text);

    assertThat(restarted.header("Content-Type")).isEqualTo(whole.header("Content-Type"));
    assertThat(restarted.header("Cache-Status")).isEqualTo("filcdn; hit");
  }

  @Test
  void anEmptyPieceNeedsNoProvider() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = TestPiece.of(new byte[0]);
    place(piece, payer.address(), payer.dataSet());

    Answer head = head(payer, piece);

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo("0");
  }
}
