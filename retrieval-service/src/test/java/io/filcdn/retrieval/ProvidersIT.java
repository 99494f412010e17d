package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.TestProvider.Fault;
import io.filcdn.retrieval.origin.RawProvider;
import io.filcdn.retrieval.usage.Quota;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers as they really are, seen from an edge's clients. */
class ProvidersIT extends EdgeTest {

  private static final AtomicLong NUMBERS = new AtomicLong(8_000);

  private final TestQuota quota = new TestQuota();

  @Override
  Quota quota() {
    return quota;
  }

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.origin.fetches-per-provider", "4",
        "filcdn.retrieval.origin.absence", "10m",
        "filcdn.retrieval.origin.mismatch", "10m",
        "filcdn.retrieval.origin.leave-alone", "10m");
  }

  /** A payer whose one data set is at a provider of its own. */
  private record Market(Payer payer, String provider) {}

  private Market marketAt(String url) {
    long number = NUMBERS.incrementAndGet();
    Market market = new Market(newPayer(), "fwss/" + number);
    index
        .provider(market.provider(), url)
        .dataSet(market.payer().dataSet(), market.payer().address(), market.provider());
    return market;
  }

  private TestPiece placed(Market market, int size) {
    TestPiece piece = newPiece(size);
    place(piece, market.payer().address(), market.payer().dataSet());
    return piece;
  }

  private void assertNothingIsReserved(Payer payer) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(
                        List.of(
                            quota.taken(payer.dataSet(), Kind.CDN),
                            quota.taken(payer.dataSet(), Kind.CACHE_MISS)))
                    .containsOnly(0L));
  }

  @Test
  void aProviderWithoutAPieceIsAskedOnceUntilTheIndexTellsMore() throws Exception {
    try (TestProvider own = new TestProvider()) {
      Market market = marketAt(own.url());
      TestPiece piece = placed(market, 1_000);
      for (int i = 0; i < 30; i++) {
        assertRefused(get(market.payer(), piece), 404, "piece-gone");
      }
      assertThat(own.requestsFor(piece)).isEqualTo(1);
      own.with(piece);
      assertRefused(get(market.payer(), piece), 404, "piece-gone");

      index.place(piece, market.payer().address(), market.payer().dataSet());

      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> get(market.payer(), piece).status() == 200);
      assertThat(own.requestsFor(piece)).isEqualTo(2);
    }
  }

  /** Five providers, by two names: the machine behind them is one. */
  @Test
  void oneHostHasTheFetchesOfOneProviderByHoweverManyIdsItGoes() throws Exception {
    try (TestProvider own = new TestProvider()) {
      CountDownLatch goOn = new CountDownLatch(1);
      List<EdgeClient.Exchange> underWay = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Market market = marketAt(own.url());
        TestPiece piece = placed(market, 1_000);
        own.with(piece, new Fault.WaitsAfter(1, goOn));
        underWay.add(begin(market.payer(), piece));
        await().atMost(Duration.ofSeconds(20)).until(() -> own.requestsFor(piece) == 1);
      }
      Market market = marketAt(own.url().replace("127.0.0.1", "localhost"));
      TestPiece piece = placed(market, 1_000);
      own.with(piece);

      Answer busy = get(market.payer(), piece);
      goOn.countDown();

      assertRefused(busy, 502, "origin-busy");
      assertThat(own.requestsFor(piece)).isZero();
      for (EdgeClient.Exchange exchange : underWay) {
        assertThat(exchange.rest().status()).isEqualTo(200);
        exchange.close();
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> get(market.payer(), piece).status() == 200);
    }
  }

  @Test
  void wrongBytesAreNotFetchedAgainAtOnce() throws Exception {
    try (TestProvider own = new TestProvider()) {
      Market market = marketAt(own.url());
      TestPiece piece = placed(market, 100_000);
      TestPiece other = placed(market, 1_000);
      own.with(piece, new Fault.WrongByte(10)).with(other);

      assertThat(get(market.payer(), piece).whole()).isFalse();
      for (int i = 0; i < 5; i++) {
        assertRefused(get(market.payer(), piece), 502, "origin-busy");
      }

      assertThat(own.requestsFor(piece)).isEqualTo(1);
      assertThat(get(market.payer(), other).body()).isEqualTo(other.bytes());
    }
  }

  @ParameterizedTest
  @CsvSource({"429, true", "503, true", "500, false"})
  void backpressureIsNoSickness(int status, boolean asksForPatience) throws Exception {
    try (TestProvider own = new TestProvider()) {
      Market market = marketAt(own.url());
      for (int i = 0; i < 8; i++) {
        TestPiece piece = placed(market, 1_000);
        own.with(piece, new Fault.Answers(status, "Retry-After", "0"));
        assertThat(get(market.payer(), piece).status()).isEqualTo(502);
      }
      TestPiece piece = placed(market, 1_000);
      own.with(piece);

      assertThat(get(market.payer(), piece).status()).isEqualTo(asksForPatience ? 200 : 502);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://127.0.0.1:-1",
        "http://",
        "http:///piece",
        "http://user:password@127.0.0.1:80",
        "ftp://127.0.0.1",
        "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
        "not a url at all",
        "http://[::1",
        "http://127.0.0.1:80\u0000",
        ""
      })
  void aUrlThatNoSocketCanBeOpenedToIsAFailedProviderAtOnce(String url) throws Exception {
    Market market = marketAt(url);
    TestPiece piece = placed(market, 1_000);

    // it would be 504 after the time in which a provider may answer
    assertRefused(get(market.payer(), piece), 502, "origin-failed");

    assertNothingIsReserved(market.payer());
    provider.with(piece);
    index.dataSet(market.payer().secondDataSet(), market.payer().address(), "fwss/1");
    place(piece, market.payer().address(), market.payer().secondDataSet());
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(get(market.payer(), piece).body()).isEqualTo(piece.bytes()));
  }

  @Test
  void aProviderThatMendsItsUrlIsAskedAtOnce() throws Exception {
    try (TestProvider own = new TestProvider()) {
      Market market = marketAt("http://127.0.0.1:1");
      TestPiece piece = placed(market, 1_000);
      own.with(piece);
      for (int i = 0; i < 7; i++) {
        assertThat(get(market.payer(), piece).status()).isEqualTo(502);
      }
      assertRefused(get(market.payer(), piece), 502, "origin-busy");

      index.provider(market.provider(), own.url());

      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> assertThat(get(market.payer(), piece).body()).isEqualTo(piece.bytes()));
    }
  }

  @Test
  void connectionsThatAProviderHasClosedFailNoPiece() throws Exception {
    Map<String, TestPiece> pieces = new ConcurrentHashMap<>();
    // it reads the second request on each connection, and hangs up
    try (RawProvider own =
        new RawProvider(
            request -> {
              if (request.number() > 1) {
                request.rst();
              }
              request.ok(Objects.requireNonNull(pieces.get(request.target())).bytes());
            })) {
      Market market = marketAt(own.url());
      for (int i = 0; i < 20; i++) {
        TestPiece piece = placed(market, 1_000);
        pieces.put("/piece/" + piece.cid(), piece);

        assertThat(get(market.payer(), piece).body()).isEqualTo(piece.bytes());
      }
      assertBilled(market.payer(), 20_000, 20_000);
    }
  }

  @Test
  void partsThatBeginEarlierOrEndEarlierAreGoneOnFrom() throws Exception {
    TestPiece piece = newPiece(5_000_000);
    try (RawProvider own = new RawProvider(request -> answerInParts(request, piece.bytes()))) {
      Market market = marketAt(own.url());
      place(piece, market.payer().address(), market.payer().dataSet());

      Answer answer = get(market.payer(), piece);

      assertThat(answer.body()).isEqualTo(piece.bytes());
      assertThat(own.requests()).hasSize(6);
      assertBilled(market.payer(), 5_000_000, 5_000_000);
    }
  }

  /** At most a million bytes, from 1,000 before the one that is asked for. */
  private static void answerInParts(RawProvider.Request request, byte[] bytes) throws IOException {
    String range = request.header("range");
    int asked = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    int start = Math.max(0, asked - 1_000);
    int end = Math.min(start + 1_000_000, bytes.length);
    request.write(
        "HTTP/1.1 206 Partial Content\nContent-Range: bytes %d-%d/%d\nContent-Length: %d\n\n"
            .formatted(start, end - 1, bytes.length, end - start),
        Arrays.copyOfRange(bytes, start, end));
  }

  @Test
  void partsThatBringNextToNothingAreGivenUp() throws Exception {
    TestPiece piece = newPiece(100_000);
    try (RawProvider own =
        new RawProvider(
            request -> {
              String range = request.header("range").replaceAll("bytes=(\\d+)-", "$1");
              int at = range.isEmpty() ? 0 : Integer.parseInt(range);
              request.write(
                  "HTTP/1.1 206 Partial Content\nContent-Range: bytes %d-%d/*\nContent-Length: 1\n\n"
                      .formatted(at, at),
                  new byte[] {piece.bytes()[at]});
            })) {
      Market market = marketAt(own.url());
      place(piece, market.payer().address(), market.payer().dataSet());

      assertThat(get(market.payer(), piece).whole()).isFalse();

      assertThat(own.requests()).hasSize(17);
      assertBilled(market.payer(), 0, 0);
      assertNothingIsReserved(market.payer());
    }
  }
}
