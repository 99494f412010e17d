package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.egress.EgressRow;
import io.filcdn.retrieval.EdgeClient.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What one client may take, told apart by what a configured proxy forwards. */
class LimitsIT extends EdgeTest {

  private static final int REQUESTS = 4;

  @Override
  Map<String, String> settings() {
    return Map.ofEntries(
        Map.entry("filcdn.retrieval.http.proxies", "127.0.0.0/8,10.0.0.0/8"),
        Map.entry("filcdn.retrieval.http.country-header", "CF-IPCountry"),
        Map.entry("filcdn.retrieval.http.home", "https://filcdn.example/"),
        Map.entry("filcdn.retrieval.http.head-timeout", "2s"),
        Map.entry("filcdn.retrieval.http.idle-timeout", "5s"),
        Map.entry("filcdn.retrieval.http.max-header-size", "8K"),
        Map.entry("filcdn.retrieval.limits.requests", "12"),
        Map.entry("filcdn.retrieval.limits.requests-per-client", Integer.toString(REQUESTS)),
        Map.entry("filcdn.retrieval.limits.promised-bytes-per-client", "2M"),
        Map.entry("filcdn.retrieval.limits.fills-per-client", "5"),
        Map.entry("filcdn.retrieval.limits.unasked-bytes-per-client", "1M"),
        Map.entry("filcdn.retrieval.limits.unasked-bytes-per-data-set", "1500K"),
        Map.entry("filcdn.retrieval.limits.proofs", "0"),
        Map.entry("filcdn.retrieval.limits.pace-bytes", "64K"),
        Map.entry("filcdn.retrieval.limits.pace-window", "1s"));
  }

  @Test
  void proofsForWhichBytesAreHashedHaveABoundOfTheirOwn() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 100_000);
    String path = "/" + piece.cid() + "/proof";

    Answer small = edge.client().get(payer.address(), path + "?last=1&group=14", client(40));

    assertRefused(small, 429, "too-many-requests");
    assertThat(small.text()).contains("proofs of small groups that may be under way: 0");
    assertThat(small.header("Retry-After")).isNotEmpty();
    assertThat(edge.client().get(payer.address(), path + "?last=1", client(40)).status())
        .isEqualTo(200);
  }

  private static String client(int number) {
    return "X-Forwarded-For: 198.51.100." + number;
  }

  /** A piece whose provider waits for the latch after its first byte. */
  private TestPiece waiting(Payer payer, CountDownLatch until) throws IOException {
    TestPiece piece = newPiece(1_000);
    provider.with(piece, new TestProvider.Fault.WaitsAfter(1, until));
    place(piece, payer.address(), payer.dataSet());
    return piece;
  }

  private List<EdgeClient.Exchange> beginAll(Payer payer, TestPiece piece, int client, int times)
      throws IOException {
    List<EdgeClient.Exchange> exchanges = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      exchanges.add(begin(payer, piece, client(client)));
    }
    return exchanges;
  }

  private void awaitRequests(long requests) {
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().requests() == requests);
  }

  @Test
  void aClientHasSoManyRequestsAtOnceAndOthersHaveTheirs() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = waiting(payer, goOn);
    TestPiece other = placed(payer, 10);
    List<EdgeClient.Exchange> mine = beginAll(payer, piece, 1, REQUESTS);
    awaitRequests(REQUESTS);

    Answer refused = get(payer, other, client(1));
    Answer ofAnother = get(payer, other, client(2));
    goOn.countDown();

    assertRefused(refused, 429, "too-many-requests-of-client");
    assertThat(refused.header("Retry-After")).matches("\\d+");
    assertThat(ofAnother.status()).isEqualTo(200);
    for (EdgeClient.Exchange exchange : mine) {
      assertThat(exchange.rest().body()).isEqualTo(piece.bytes());
      exchange.close();
    }
    awaitRequests(0);
    assertThat(get(payer, other, client(1)).status()).isEqualTo(200);
  }

  @Test
  void aClientThatIsTurnedAwayIsSentAway() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = waiting(payer, goOn);
    List<EdgeClient.Exchange> mine = beginAll(payer, piece, 3, REQUESTS);
    awaitRequests(REQUESTS);

    String refused =
        raw("GET / HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n".formatted(client(3)).repeat(2));
    goOn.countDown();

    assertThat(refused).containsOnlyOnce("HTTP/1.1 429").contains("connection: close");
    for (EdgeClient.Exchange exchange : mine) {
      assertThat(exchange.rest().status()).isEqualTo(200);
      exchange.close();
    }
    awaitRequests(0);
  }

  @Test
  void anEdgeHasSoManyRequestsAtOnce() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = waiting(payer, goOn);
    List<EdgeClient.Exchange> all = new ArrayList<>();
    for (int client = 10; client < 13; client++) {
      all.addAll(beginAll(payer, piece, client, REQUESTS));
    }
    awaitRequests(12);

    assertRefused(get(payer, piece, client(13)), 429, "too-many-requests");

    goOn.countDown();
    for (EdgeClient.Exchange exchange : all) {
      assertThat(exchange.rest().status()).isEqualTo(200);
      exchange.close();
    }
    awaitRequests(0);
  }

  @Test
  void aClientIsPromisedSoManyBytesAtOnce() throws Exception {
    Payer payer = newPayer();
    TestPiece large = placed(payer, 3_000_000);
    TestPiece small = placed(payer, 10);
    CountDownLatch goOn = new CountDownLatch(1);
    provider.fail(large, new TestProvider.Fault.WaitsAfter(10, goOn));

    try (EdgeClient.Exchange first = begin(payer, large, client(20))) {
      await().atMost(Duration.ofSeconds(20)).until(() -> provider.requestsFor(large) == 1);
      Answer second = get(payer, small, client(20));
      Answer ofAnother = get(payer, small, client(21));
      goOn.countDown();

      assertRefused(second, 429, "too-many-bytes-of-client");
      assertThat(second.header("Retry-After")).matches("\\d+");
      assertThat(ofAnother.status()).isEqualTo(200);
      assertThat(first.rest().body()).isEqualTo(large.bytes());
    }
    awaitRequests(0);
    assertThat(get(payer, small, client(20)).status()).isEqualTo(200);
  }

  @Test
  void aClientBeginsSoManyFillsInAnHour() throws Exception {
    Payer payer = newPayer();
    TestPiece cached = placed(payer, 10);
    get(payer, cached, client(30));
    for (int i = 1; i < 5; i++) {
      assertThat(get(payer, placed(payer, 10), client(30)).status()).isEqualTo(200);
    }
    TestPiece cold = placed(payer, 10);

    assertRefused(get(payer, cold, client(30)), 429, "too-many-fills-of-client");
    assertThat(provider.requestsFor(cold)).isZero();
    assertThat(get(payer, cached, client(30)).status()).isEqualTo(200);
    assertThat(get(payer, cold, client(31)).status()).isEqualTo(200);
    assertThat(get(payer, cold, client(30)).status()).isEqualTo(200);
  }

  @Test
  void theClientsOfANetworkBeginSoManyFillsTogether() throws Exception {
    Payer payer = newPayer();
    for (int i = 0; i < 10; i++) {
      String client = "X-Forwarded-For: 2001:db8:0:%d::1".formatted(i);
      assertThat(get(payer, placed(payer, 10), client).status()).isEqualTo(200);
    }
    TestPiece cold = placed(payer, 10);

    assertRefused(
        get(payer, cold, "X-Forwarded-For: 2001:db8:0:a::1"), 429, "too-many-fills-of-client");
    assertThat(get(payer, cold, "X-Forwarded-For: 2001:db8:0:100::1").status()).isEqualTo(200);
  }

  @Test
  void whatIsFetchedForANetworkIsWatched() throws Exception {
    Payer payer = newPayer();
    long before = edge.edge().misses().rows();

    TestPiece piece = placed(payer, 10);
    get(payer, piece, "X-Forwarded-For: 203.0.113.1");
    get(payer, placed(payer, 10), "X-Forwarded-For: 203.0.113.2");
    get(payer, piece, "X-Forwarded-For: 192.88.98.1");

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(edge.edge().misses().rows()).isEqualTo(before + 1));
  }

  @Test
  void smallRangesOfLargeColdPiecesDoNotDrainAPayer() throws Exception {
    Payer payer = newPayer();
    List<TestPiece> pieces = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      pieces.add(placed(payer, 600_000));
    }
    String range = "Range: bytes=0-0";

    assertThat(get(payer, pieces.get(0), range, client(40)).status()).isEqualTo(206);
    assertRefused(get(payer, pieces.get(1), range, client(40)), 429, "too-many-fills-of-client");
    assertThat(get(payer, pieces.get(1), range, client(41)).status()).isEqualTo(206);
    assertRefused(get(payer, pieces.get(2), range, client(42)), 429, "too-many-fills-of-data-set");
    assertThat(get(payer, pieces.get(2), client(43)).status()).isEqualTo(200);
  }

  @Test
  void whatIsNoRequestGetsAClearAnswer() throws Exception {
    String line = "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\n\r\n";
    String headers = "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(9_000) + "\r\n\r\n";

    assertThat(raw(line))
        .containsPattern("^HTTP/1.[01] 414")
        .contains("request-line-too-long", "no-store");
    assertThat(raw(headers))
        .containsPattern("^HTTP/1.[01] 431")
        .contains("headers-too-large", "no-store");
    assertThat(raw("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("request-unreadable");
    assertThat(raw("\u0000\u0001\u0002 what\r\n\r\n"))
        .containsPattern("^HTTP/1.[01] 400")
        .contains("request-unreadable");
  }

  /** Sends text and reads until the edge closes the connection. */
  private String raw(String text) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.client().port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      return readToEnd(socket);
    }
  }

  private static String readToEnd(Socket socket) throws IOException {
    StringBuilder all = new StringBuilder();
    InputStream in = socket.getInputStream();
    try {
      for (int c = in.read(); c >= 0; c = in.read()) {
        all.append((char) c);
      }
    } catch (SocketException reset) {
      // the edge closed while some of what was sent was unread
      return all.toString();
    }
    return all.toString();
  }

  @Test
  void aHeadThatDoesNotEndEndsItsConnection() throws Exception {
    for (String before : List.of("", "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.client().port())) {
        socket
            .getOutputStream()
            .write((before + "GET / HTTP/1.1\r\nX").getBytes(StandardCharsets.ISO_8859_1));

        assertThat(trickleUntilClosed(socket)).doesNotContain(" 400 ", " 408 ");
      }
    }
  }

  /** Sends a byte now and then, so that the connection does not rest; what came meanwhile. */
  private static String trickleUntilClosed(Socket socket) throws IOException {
    socket.setSoTimeout(200);
    StringBuilder came = new StringBuilder();
    long limit = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    try {
      while (System.nanoTime() < limit) {
        try {
          int next = socket.getInputStream().read();
          if (next < 0) {
            return came.toString();
          }
          came.append((char) next);
        } catch (SocketTimeoutException nothing) {
          socket.getOutputStream().write('x');
        }
      }
    } catch (SocketException reset) {
      return came.toString();
    }
    return fail("expected the connection to end, found it open after: %s", came);
  }

  @Test
  void aConnectionThatRestsIsClosed() throws Exception {
    assertThat(restUntilClosed()).startsWith("HTTP/1.1 302");
  }

  /** Asks once and then nothing more; what came when the edge closed the connection. */
  private String restUntilClosed() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.client().port())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return readToEnd(socket);
    }
  }

  @Test
  void aResponseThatWaitsForAProviderDoesNotRest() throws Exception {
    Payer payer = newPayer();
    CountDownLatch goOn = new CountDownLatch(1);
    TestPiece piece = waiting(payer, goOn);
    try (EdgeClient.Exchange waits = begin(payer, piece, client(70))) {
      awaitRequests(1);
      // this connection rests from later on, so when it is closed, the other would have been
      restUntilClosed();

      goOn.countDown();

      assertThat(waits.rest().body()).isEqualTo(piece.bytes());
    }
  }

  @Test
  void aClientThatTakesNextToNothingIsCutOff() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 30_000_000);
    get(payer, piece, client(50));

    try (EdgeClient.Exchange stuck = begin(payer, piece, client(51))) {
      assertThat(stuck.head().status()).isEqualTo(200);

      awaitRequests(0);
      await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 2);
      long billed = egressBytes(payer);
      assertThat(billed).isBetween(30_000_001L, 59_999_999L);

      // all that it can still read is what its socket had accepted
      assertThat(stuck.rest().whole()).isFalse();

      TestPiece later = placed(payer, 10);
      get(payer, later, client(52));
      await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) == 3);
      assertThat(egressBytes(payer)).isEqualTo(billed + 10);
    }
  }

  @Test
  void proxiesTellWhereAClientIs() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 10);

    get(payer, piece, "X-Forwarded-For: 1.2.3.4, 198.51.100.60, 10.1.1.1", "CF-IPCountry: ch");
    get(payer, piece, client(60), "CF-IPCountry: <b>");

    assertBilled(payer, 20, 10);
    assertThat(rows(payer.dataSet(), EgressRow.Egress.class))
        .extracting(EgressRow.Egress::country)
        .containsOnly("CH", "ZZ");
  }

  @Test
  void theRootLeadsHome() throws Exception {
    Answer answer = edge.client().send("GET", "localhost", "/");

    assertThat(answer.status()).isEqualTo(302);
    assertThat(answer.header("Location")).isEqualTo("https://filcdn.example/");
  }
}
