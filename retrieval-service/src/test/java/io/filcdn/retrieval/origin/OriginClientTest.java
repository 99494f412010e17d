package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.filcdn.retrieval.usage.Traffic;
import io.filcdn.wallet.CurioToken;
import io.filcdn.wallet.TypedDomain;
import io.filcdn.wallet.WalletKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginClientTest {

  private static final PieceCid PIECE = new PieceCid(new CommP(1, 2, 3, 4), 5, 1_000);
  private static final byte[] BYTES = new byte[1_000];

  static {
    new Random(1).nextBytes(BYTES);
  }

  private final Vertx vertx = Vertx.vertx();

  /** One for all, so that a connection is kept before the next request looks for one. */
  private final Context context = vertx.getOrCreateContext();

  private final Map<String, List<String>> names = new ConcurrentHashMap<>();

  /** The names that are not found before their latch opens. */
  private final Map<String, CountDownLatch> slowNames = new ConcurrentHashMap<>();

  private Optional<CurioToken> proof = Optional.empty();
  private final OriginProofs proofs = (origin, piece) -> Future.succeededFuture(proof);
  private final OriginClient client = client(Set.of());

  private OriginClient client(Set<String> redirectHosts) {
    return client(Duration.ofSeconds(30), 1, Reach.of(Set.of(), List.of(), redirectHosts, true));
  }

  /**
   * @param patience with the head of an answer, and with each {@code leastBytes} of its body
   */
  private OriginClient client(Duration patience, long leastBytes, Reach reach) {
    OriginClient.Rules rules =
        new OriginClient.Rules(
            Duration.ofSeconds(20),
            patience,
            patience,
            leastBytes,
            Duration.ofHours(12),
            64,
            reach);
    return new OriginClient(
        new OriginClient.Tools(
            vertx, rules, new Traffic(new SimpleMeterRegistry(), 1), Clock.systemUTC()),
        new HostAddresses(vertx, this::lookup, Ticker.systemTicker()),
        proofs,
        OriginTls.javasTrust());
  }

  private InetAddress[] lookup(String host) throws UnknownHostException {
    await(slowNames.getOrDefault(host, new CountDownLatch(0)));
    if (host.endsWith(".invalid")) {
      throw new UnknownHostException(host);
    }
    List<String> known = names.getOrDefault(host, List.of(host));
    InetAddress[] found = new InetAddress[known.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = InetAddress.getByName(known.get(i));
    }
    return found;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void close() throws Exception {
    slowNames.values().forEach(CountDownLatch::countDown);
    client.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** What came of a fetch. */
  record Outcome(byte[] bytes, String end) {
    void assertWhole() {
      assertThat(end).isEqualTo("completed");
      assertThat(bytes).isEqualTo(BYTES);
    }
  }

  private CompletableFuture<Outcome> begin(OriginClient asked, String url, long offset) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    Buffer came = Buffer.buffer();
    OriginSink sink =
        new OriginSink() {
          @Override
          public void answered() {}

          @Override
          public void arrived(Buffer bytes) {
            came.appendBuffer(bytes);
          }

          @Override
          public void ranOut() {
            outcome.complete(new Outcome(came.getBytes(), "ran out"));
          }

          @Override
          public void completed() {
            outcome.complete(new Outcome(came.getBytes(), "completed"));
          }

          @Override
          public void failed(OriginFailure failure) {
            outcome.complete(
                new Outcome(came.getBytes(), failure.kind() + ": " + failure.detail()));
          }
        };
    Origin origin =
        new Origin(ProviderId.of("fwss/1"), DataSetId.of("fwss/1"), url, Optional.empty());
    context.runOnContext(
        on ->
            asked.start(asked.fetch(origin, PIECE, new ByteRange(offset, PIECE.rawSize()), sink)));
    return outcome;
  }

  private Outcome fetch(String url) throws Exception {
    return begin(client, url, 0).get(60, TimeUnit.SECONDS);
  }

  /** How a provider ends a connection that it has answered on. */
  enum Ending {
    FIN_AT_ONCE(false, false, 0),
    RST_AT_ONCE(true, false, 0),
    FIN_WHEN_IDLE(false, false, 30),
    RST_WHEN_IDLE(true, false, 30),
    FIN_ON_THE_NEXT_REQUEST(false, true, 0),
    RST_ON_THE_NEXT_REQUEST(true, true, 0);

    private final boolean reset;
    private final boolean onRequest;
    private final int idleMillis;

    Ending(boolean reset, boolean onRequest, int idleMillis) {
      this.reset = reset;
      this.onRequest = onRequest;
      this.idleMillis = idleMillis;
    }

    private void answer(RawProvider.Request request) throws Exception {
      if (!onRequest || request.number() == 1) {
        request.ok(BYTES);
      }
      if (!onRequest || request.number() > 1) {
        request.socket().setSoTimeout(Math.max(1, idleMillis));
        if (idleMillis > 0) {
          awaitIdle(request.socket());
        }
        if (reset) {
          request.rst();
        } else {
          request.fin();
        }
      }
    }

    /** Waits for bytes that it then does not read. */
    private static void awaitIdle(Socket socket) throws Exception {
      try {
        socket.getInputStream().read();
      } catch (java.net.SocketTimeoutException idle) {
        // as it is to be
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatTheProviderHasClosedIsNoFailure(Ending ending) throws Exception {
    try (RawProvider provider = new RawProvider(ending::answer)) {
      for (int i = 0; i < 20; i++) {
        fetch(provider.url()).assertWhole();
      }
      for (int i = 0; i < 5; i++) {
        List<CompletableFuture<Outcome>> atOnce = new ArrayList<>();
        for (int j = 0; j < 8; j++) {
          atOnce.add(begin(client, provider.url(), 0));
        }
        for (CompletableFuture<Outcome> one : atOnce) {
          one.get(60, TimeUnit.SECONDS).assertWhole();
        }
      }
      // each at most once more
      assertThat(provider.requests()).hasSizeLessThanOrEqualTo(2 * 60);
    }
  }

  @Test
  void aRequestGoesOutOnceMoreAndOnANewConnection() throws Exception {
    boolean[] sick = {false};
    try (RawProvider provider =
        new RawProvider(
            request -> {
              if (sick[0]) {
                request.fin();
              } else {
                request.ok(BYTES);
              }
            })) {
      fetch(provider.url()).assertWhole();
      sick[0] = true;

      assertThat(fetch(provider.url()).end()).startsWith("failed: ");

      assertThat(provider.requests()).hasSize(3);
      assertThat(provider.requests().get(1).connection()).isEqualTo(1);
      assertThat(provider.requests().get(2).connection()).isEqualTo(2);
      assertThat(fetch(provider.url()).end()).startsWith("failed: ");
      assertThat(provider.requests()).hasSize(4);
    }
  }

  @Test
  void aByteIsAnAnswer() throws Exception {
    try (RawProvider provider =
        new RawProvider(
            request -> {
              if (request.number() == 1) {
                request.ok(BYTES);
              } else {
                request.write("H", new byte[0]);
                request.fin();
              }
            })) {
      fetch(provider.url()).assertWhole();

      assertThat(fetch(provider.url()).end()).startsWith("failed: ");
      assertThat(provider.requests()).hasSize(2);
    }
  }

  @Test
  void aTimeoutOfAnIdleConnectionIsNoAnswer() throws Exception {
    try (RawProvider provider =
        new RawProvider(
            request -> {
              if (request.number() == 1) {
                request.ok(BYTES);
              } else {
                request.write(
                    "HTTP/1.1 408 Request Timeout\nContent-Length: 0\nConnection: close\n\n",
                    new byte[0]);
                request.fin();
              }
            })) {
      fetch(provider.url()).assertWhole();
      fetch(provider.url()).assertWhole();
      assertThat(provider.requests()).hasSize(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "100, true",
    "102, true",
    "103, true",
    "104, true",
    "110, true",
    "199, true",
    "101, false"
  })
  void interimAnswersAreSkipped(int status, boolean skipped) throws Exception {
    String interim = "HTTP/1.1 %d Interim\nLink: </x>; rel=preload\n\n".formatted(status);
    try (RawProvider provider =
        new RawProvider(
            request -> {
              request.write(interim, new byte[0]);
              request.write(interim, new byte[0]);
              request.ok(BYTES);
            })) {
      for (int i = 0; i < 3; i++) {
        Outcome outcome = fetch(provider.url());
        if (skipped) {
          outcome.assertWhole();
        } else {
          assertThat(outcome.end()).isEqualTo("failed: expected status 200, found 101");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 33})
  void soManyInterimAnswersAreSkipped(int count) throws Exception {
    String interim = "HTTP/1.1 103 Early Hints\n\n".repeat(count);
    try (RawProvider provider =
        new RawProvider(
            request -> {
              request.write(interim, new byte[0]);
              request.ok(BYTES);
            })) {
      assertThat(fetch(provider.url()).end().startsWith("completed")).isEqualTo(count == 32);
    }
  }

  @Test
  void namesWithUnderscoresAndOfOtherScriptsWork() throws Exception {
    try (RawProvider provider = new RawProvider(request -> request.ok(BYTES))) {
      names.put("my_sp.example", List.of("127.0.0.1"));
      names.put("xn--bcher-kva.example", List.of("127.0.0.1"));

      fetch("http://my_sp.example:" + provider.port()).assertWhole();
      fetch("http://Bücher.example.:" + provider.port()).assertWhole();

      assertThat(provider.requests())
          .extracting(request -> request.header("host"))
          .containsExactly(
              "my_sp.example:" + provider.port(), "xn--bcher-kva.example:" + provider.port());
    }
  }

  @Test
  void allAddressesOfANameAreTried() throws Exception {
    // one refuses, one takes no connection and does not say so, one works
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.3"));
        Socket first = new Socket(full.getInetAddress(), full.getLocalPort());
        Socket second = new Socket(full.getInetAddress(), full.getLocalPort());
        RawProvider provider =
            new RawProvider(
                new ServerSocket(full.getLocalPort(), 100, InetAddress.getByName("127.0.0.4")),
                request -> request.ok(BYTES))) {
      assertThat(List.of(first, second)).allMatch(Socket::isConnected);
      names.put("sp.example", List.of("127.0.0.2", "127.0.0.3", "127.0.0.4"));
      names.put("broken.example", List.of("127.0.0.2", "127.0.0.5"));

      fetch("http://sp.example:" + provider.port()).assertWhole();
      fetch("http://sp.example:" + provider.port()).assertWhole();

      assertThat(fetch("http://broken.example:" + provider.port()).end()).startsWith("failed: ");
      assertThat(provider.connections()).isEqualTo(1);
    }
  }

  @Test
  void aProviderIsNotBlamedForItsNameNotBeingLookedUpInTime() throws Exception {
    slowNames.put("sp.example", new CountDownLatch(1));
    OriginClient impatient =
        client(Duration.ofMillis(300), 1, Reach.of(Set.of(), List.of(), Set.of(), true));

    assertThat(end(impatient, "http://sp.example"))
        .isEqualTo(Kind.BUSY + ": no address of its host within PT0.3S");

    impatient.close();
  }

  @Test
  void theTimeForAnAnswerBeginsOnceTheAddressIsKnown() throws Exception {
    CountDownLatch found = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    names.put("sp.example", List.of("127.0.0.1"));
    slowNames.put("sp.example", found);
    OriginClient patient =
        client(Duration.ofSeconds(6), 1, Reach.of(Set.of(), List.of(), Set.of(), true));
    try (RawProvider silent = new RawProvider(request -> over.await())) {
      long begun = System.nanoTime();
      CompletableFuture<Outcome> outcome = begin(patient, "http://sp.example:" + silent.port(), 0);
      vertx.setTimer(1_500, late -> found.countDown());

      assertThat(outcome.get(60, TimeUnit.SECONDS).end())
          .isEqualTo(Kind.TIMEOUT + ": no answer within PT6S");
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isGreaterThan(Duration.ofMillis(7_400));
      over.countDown();
    }
    patient.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://127.0.0.1:-1",
        "http://",
        "http://:80",
        "http://user@127.0.0.1",
        "file:///etc/passwd",
        "http://[::1",
        "http://a..b",
        "http://no.such.host.invalid",
        "http://127.0.0.1:65536/x",
        "HTTP//127.0.0.1",
        "",
        "http://127.0.0.1:１２３４５６"
      })
  void aUrlThatNoSocketCanBeOpenedToFailsAtOnce(String url) throws Exception {
    // it would take too long where a failure went astray
    assertThat(fetch(url).end()).startsWith(Kind.UNUSABLE + ": ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "/moved; /moved",
        "moved; /piece/moved",
        "/a b|c{d}; /a%20b%7Cc%7Bd%7D",
        "\\moved; /moved",
        "/ü?ü; /%C3%BC?%C3%BC",
        "?x; PIECE?x"
      })
  void redirectsAreMendedAsBrowsersMendThem(String location, String target) throws Exception {
    try (RawProvider provider =
        new RawProvider(
            request -> {
              if (request.target().equals("/piece/" + PIECE)) {
                request.write(
                    "HTTP/1.1 307 Moved\nLocation: %s\nContent-Length: 0\n\n".formatted(location),
                    new byte[0]);
              } else {
                request.ok(BYTES);
              }
            })) {
      fetch(provider.url()).assertWhole();

      assertThat(provider.requests().get(1).target())
          .isEqualTo(target.replace("PIECE", "/piece/" + PIECE));
    }
  }

  @Test
  void redirectsStayOnTheirHostUnlessTheOperatorAllowsMore() throws Exception {
    names.put("sp.example", List.of("127.0.0.1"));
    names.put("cdn.example", List.of("127.0.0.1"));
    try (RawProvider cdn = new RawProvider(request -> request.ok(BYTES));
        RawProvider provider =
            new RawProvider(
                request ->
                    request.write(
                        "HTTP/1.1 302 Found\nLocation: http://cdn.example:%d/x\n"
                                .formatted(cdn.port())
                            + "Content-Length: 0\n\n",
                        new byte[0]))) {
      String url = "http://sp.example:" + provider.port();
      OriginClient allowing = client(Set.of("cdn.example"));

      assertThat(fetch(url).end()).startsWith(Kind.UNUSABLE + ": expected a redirect within");
      assertThat(cdn.requests()).isEmpty();
      begin(allowing, url, 0).get(60, TimeUnit.SECONDS).assertWhole();
      allowing.close();
    }
  }

  private static CurioToken proof() {
    WalletKey key =
        WalletKey.of("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
    TypedDomain domain = new TypedDomain("CurioRetrieval", "1", 314, key.address());
    CurioToken.SignedVoucher voucher =
        CurioToken.SignedVoucher.of(
            key, domain, new CurioToken.Voucher(key.address(), "1", "0", "2000000000"));
    return CurioToken.sign(
        key, voucher, domain, DataSetId.of("fwss/1"), PIECE, Instant.ofEpochSecond(1_900_000_000));
  }

  @Test
  void aProofIsShownToItsProviderAndNotWhereThatRedirects() throws Exception {
    proof = Optional.of(proof());
    names.put("sp.example", List.of("127.0.0.1"));
    names.put("cdn.example", List.of("127.0.0.1"));
    try (RawProvider cdn = new RawProvider(request -> request.ok(BYTES));
        RawProvider provider =
            new RawProvider(
                request ->
                    request.write(
                        "HTTP/1.1 302 Found\nLocation: %s\nContent-Length: 0\n\n"
                            .formatted(
                                request.target().equals("/x")
                                    ? "http://cdn.example:%d/x".formatted(cdn.port())
                                    : "/x"),
                        new byte[0]))) {
      OriginClient allowing = client(Set.of("cdn.example"));

      begin(allowing, "http://sp.example:" + provider.port(), 0)
          .get(60, TimeUnit.SECONDS)
          .assertWhole();

      assertThat(provider.requests()).hasSize(2);
      assertThat(provider.requests().getFirst().header("authorization"))
          .isEqualTo(proof.orElseThrow().authorization());
      assertThat(provider.requests().getLast().header("authorization")).isEmpty();
      assertThat(cdn.requests()).hasSize(1);
      assertThat(cdn.requests().getFirst().header("authorization")).isEmpty();
      allowing.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aProviderThatLetsNobodyInIsToldFromOneThatFails(int status) throws Exception {
    try (RawProvider provider =
        new RawProvider(
            request ->
                request.write(
                    "HTTP/1.1 %d No\nContent-Length: 0\n\n".formatted(status), new byte[0]))) {
      assertThat(fetch(provider.url()).end()).isEqualTo(Kind.FORBIDDEN + ": status " + status);
    }
  }

  @Test
  void aNameOfPrivateAddressesIsNotConnectedTo() throws Exception {
    names.put("inside.example", List.of("127.0.0.1", "::1", "10.0.0.1"));
    try (RawProvider inside = new RawProvider(request -> request.ok(BYTES))) {
      OriginClient strict =
          client(Duration.ofSeconds(30), 1, Reach.of(Set.of(), List.of(), Set.of(), false));

      assertThat(end(strict, "http://inside.example:" + inside.port()))
          .startsWith(Kind.UNUSABLE + ": expected a public address of inside.example");
      assertThat(end(strict, inside.url())).startsWith(Kind.UNUSABLE + ": expected a public");

      assertThat(inside.connections()).isZero();
      strict.close();
    }
  }

  private String end(OriginClient asked, String url) throws Exception {
    return begin(asked, url, 0).get(60, TimeUnit.SECONDS).end();
  }

  /** DNS rebinding: what is asked is where the name led as it was checked. */
  @Test
  void aNameThatLeadsElsewhereMeanwhileIsAskedWhereItWasChecked() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.2"));
        RawProvider inside =
            new RawProvider(
                new ServerSocket(listener.getLocalPort(), 100, InetAddress.getByName("127.0.0.3")),
                request -> request.ok(new byte[1_000]));
        RawProvider provider =
            new RawProvider(
                listener,
                request -> {
                  names.put("sp.example", List.of("127.0.0.3"));
                  if (request.target().equals("/moved")) {
                    request.ok(BYTES);
                  } else {
                    request.write(
                        "HTTP/1.1 302 Found\nLocation: /moved\nContent-Length: 0\n\n", new byte[0]);
                  }
                })) {
      names.put("sp.example", List.of("127.0.0.2"));

      fetch("http://sp.example:" + provider.port()).assertWhole();
      fetch("http://sp.example:" + provider.port()).assertWhole();

      assertThat(inside.connections()).isZero();
    }
  }

  @Test
  void whereARedirectLeadsIsCheckedLikeAServiceUrl() throws Exception {
    names.put("cdn.example", List.of("127.0.0.1"));
    List<String> locations = new ArrayList<>();
    try (RawProvider inside = new RawProvider(request -> request.ok(BYTES));
        RawProvider provider =
            new RawProvider(
                request ->
                    request.write(
                        "HTTP/1.1 302 Found\nLocation: %s\nContent-Length: 0\n\n"
                            .formatted(locations.getLast()),
                        new byte[0]))) {
      OriginClient oneport =
          client(
              Duration.ofSeconds(30),
              1,
              Reach.of(Set.of(provider.port()), List.of(), Set.of("*"), true));

      for (String host : List.of("127.0.0.1", "cdn.example")) {
        locations.add("http://%s:%d/x".formatted(host, inside.port()));
        assertThat(end(oneport, provider.url()))
            .startsWith(Kind.UNUSABLE + ": expected one of the ports");
      }

      assertThat(inside.connections()).isZero();
      oneport.close();
    }
  }

  /** A host that the operator lets providers redirect to, but that leads inward. */
  @Test
  void whereARedirectLeadsIsNotConnectedToWhereThatIsPrivate() throws Exception {
    names.put("inside.example", List.of("127.0.0.3"));
    PublicAddresses outside =
        new PublicAddresses(List.of()) {
          @Override
          boolean contains(InetAddress address) {
            return address.getHostAddress().equals("127.0.0.1");
          }
        };
    OriginClient strict =
        client(
            Duration.ofSeconds(30),
            1,
            new Reach(Set.of(), outside, HostPatterns.of(Set.of("*")), false));
    try (RawProvider inside =
            new RawProvider(
                new ServerSocket(0, 100, InetAddress.getByName("127.0.0.3")),
                request -> request.ok(BYTES));
        RawProvider provider =
            new RawProvider(
                request ->
                    request.write(
                        "HTTP/1.1 302 Found\nLocation: http://%s/x\nContent-Length: 0\n\n"
                            .formatted(
                                request.target().contains("name")
                                    ? "inside.example:" + inside.port()
                                    : "127.0.0.3:" + inside.port()),
                        new byte[0]))) {
      assertThat(end(strict, provider.url() + "/name"))
          .startsWith(Kind.UNUSABLE + ": expected a public address of inside.example");
      assertThat(end(strict, provider.url() + "/address"))
          .startsWith(Kind.UNUSABLE + ": expected a public address of 127.0.0.3");

      assertThat(inside.connections()).isZero();
      strict.close();
    }
  }

  @Test
  void whatIsCompressedIsNotUnpacked() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(BYTES);
    }
    try (RawProvider provider =
        new RawProvider(
            request ->
                request.write(
                    "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: %d\n\n"
                        .formatted(packed.size()),
                    packed.toByteArray()))) {
      assertThat(fetch(provider.url()).end())
          .isEqualTo("failed: expected no encoding, found [gzip]");
    }
  }

  /** A head that is right but for its length, which is all that can be wrong with it. */
  @ParameterizedTest
  @ValueSource(ints = {15, 17, 1_000})
  void aHeadThatDoesNotEndIsNotReadForEver(int kilobytes) throws Exception {
    try (RawProvider provider =
        new RawProvider(
            request -> {
              request.write("HTTP/1.1 200 OK\n", new byte[0]);
              for (int i = 0; i < kilobytes; i++) {
                request.write("X-%d: %s\n".formatted(i, "a".repeat(1_000)), new byte[0]);
              }
              request.write("Content-Length: %d\n\n".formatted(BYTES.length), BYTES);
            })) {
      String end = fetch(provider.url()).end();
      if (kilobytes < 16) {
        assertThat(end).isEqualTo("completed");
      } else {
        assertThat(end).startsWith(Kind.FAILED + ": ");
      }
    }
  }

  /** A provider sends some bytes now and then: of a head, of the pieces before one, of a body. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\nX: ",
        "HTTP/1.1 103 Early Hints\nX: ",
        "HTTP/1.1 200 OK\nContent-Length: 1000\n\n",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1;a="
      })
  void anAnswerThatTricklesIsGivenUp(String begin) throws Exception {
    OriginClient impatient =
        client(Duration.ofSeconds(1), 100, Reach.of(Set.of(), List.of(), Set.of(), true));
    try (RawProvider provider =
        new RawProvider(
            request -> {
              request.write(begin, new byte[0]);
              while (true) {
                request.write("a", new byte[0]);
                Thread.sleep(50);
              }
            })) {
      assertThat(end(impatient, provider.url())).startsWith(Kind.TIMEOUT + ": ");
    }
    impatient.close();
  }
}
