package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.SignedGrant;
import io.filcdn.wallet.WalletKey;
import io.filcdn.wallet.WalletSignature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Caps at three edges, of a key, a policy, clients and a signed URL: clients leave midway, an edge
 * and metrics are killed, and no more is served than the cap allows, and in the end nothing is
 * held.
 */
class ThreeEdgesIT {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private static final int SIZE = 300_000;
  private static final long CAP = 9_000_000;
  private static final int CLIENTS = 9;
  private static final int REQUESTS = 25;

  /** Leases are given back as soon as they are not used. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "FILCDN_RETRIEVAL_LEASES_ADVANCE", "500K",
          "FILCDN_RETRIEVAL_LEASES_STANDING", "100K",
          "FILCDN_RETRIEVAL_LEASES_IDLE", "2s",
          "FILCDN_RETRIEVAL_LEASES_FORGET", "4s",
          "FILCDN_RETRIEVAL_LEASES_RENEW_EVERY", "500ms",
          "FILCDN_RETRIEVAL_LIMITS_QUOTA_SHARE_PER_CLIENT", "1");

  private static final String HELD = "filcdn_leases_held_bytes";

  private static final WalletKey WALLET = WalletKey.of(DevnetAccount.SECOND_PAYER.privateKey());

  /** The key of who signs URLs. */
  private static final ECKey KEY = key();

  @TempDir static Path folder;

  private static Stack stack;
  private static Market market;
  private static AnotherEdge second;
  private static AnotherEdge third;
  private static String token = "";
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static ECKey key() {
    try {
      return new ECKeyGenerator(Curve.P_256).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeAll
  static void up() {
    stack = Stack.up(folder.resolve("data"), SETTINGS);
    market = Market.open(stack, folder.resolve("provider"));
    second = AnotherEdge.start(stack, "second", folder.resolve("second"), SETTINGS);
    third = AnotherEdge.start(stack, "third", folder.resolve("third"), SETTINGS);
  }

  @AfterAll
  static void down() {
    try {
      nothingIsHeld();
    } finally {
      close();
    }
  }

  private static void close() {
    second.close();
    third.close();
    market.close();
    stack.close();
    HTTP.close();
  }

  @Test
  void noMoreIsServedThanTheKeyMayWhateverIsAbortedOrKilled() throws Exception {
    TestDataSet dataSet = market.newDataSet();
    List<URI> urls = urls(dataSet);
    JsonNode made = newKey();
    String header = bearer(made.path("key").asText());
    awaitAll(urls, header, 200);

    YearMonth begun = YearMonth.from(today());

    long received = received(urls, header, _ -> HERE);

    long most = CAP * (1 + begun.until(YearMonth.from(today()), ChronoUnit.MONTHS));
    assertThat(received).as("bytes that clients got with the key").isBetween(1L, most);

    third.startAgain();
    third.awaitReady();
    String id = made.path("details").path("id").asText();
    await().ignoreExceptions().atMost(SOON).until(() -> used(id) > 0);
    assertThat(used(id)).as("bytes that were counted to the key").isBetween(1L, most);
  }

  @Test
  void noMoreIsServedInADayThanThePolicyAllows() throws Exception {
    TestDataSet dataSet = market.newDataSet();
    List<URI> urls = urls(dataSet);
    String header = signedUrlsOnly(dataSet, urls, Map.of("maxBytesPerDay", "" + CAP));
    LocalDate begun = today();

    long received = received(urls, header, _ -> HERE);

    assertThat(received).as("bytes that clients got in all").isBetween(1L, CAP * daysSince(begun));
    third.startAgain();
    third.awaitReady();
    // metrics, which was killed, may not be there yet
    await()
        .ignoreExceptions()
        .atMost(SOON)
        .until(() -> !begun.equals(today()) || usedToday(dataSet) >= received);
    assertThat(usedToday(dataSet)).as("bytes that were told, or lost").isLessThanOrEqualTo(CAP);
    awaitRefused(urls.getFirst(), header, 429);
  }

  @Test
  void eachClientGetsNoMoreInADayThanThePolicyAllows() throws Exception {
    TestDataSet dataSet = market.newDataSet();
    List<URI> urls = urls(dataSet);
    String header = signedUrlsOnly(dataSet, urls, Map.of("maxBytesPerDayOfClient", "" + CAP));
    LocalDate begun = today();

    long received = received(urls, header, client -> Connection.client(client % 2));

    assertThat(received)
        .as("bytes that two clients got")
        .isBetween(CAP, 2 * CAP * daysSince(begun));
    third.startAgain();
    third.awaitReady();
  }

  @Test
  void aSignedUrlIsGoodForSoManyBytesAtAllEdges() throws Exception {
    TestDataSet dataSet = market.newDataSet();
    List<URI> urls = urls(dataSet);
    signedUrlsOnly(dataSet, urls, Map.of());
    String header = bearer(token(urls, ",\"fcdn_max\":%d,\"jti\":\"one\"".formatted(CAP)));

    assertThat(received(urls, header, _ -> HERE))
        .as("bytes that clients got with the URL")
        .isBetween(1L, CAP);

    third.startAgain();
    third.awaitReady();
    awaitRefused(urls.getFirst(), header, 403);
    awaitAll(urls, bearer(token(urls, ",\"fcdn_max\":%d,\"jti\":\"two\"".formatted(CAP))), 200);
  }

  /** A piece of a data set at each edge. */
  private static List<URI> urls(TestDataSet dataSet) {
    byte[] bytes = new byte[SIZE];
    // another for each: whoever lets a request in pays, of the payer's data sets with the piece
    new Random(dataSet.number()).nextBytes(bytes);
    PieceCid cid = dataSet.add(bytes);
    List<URI> urls =
        List.of(
            dataSet.url(cid), second.url(dataSet.payer(), cid), third.url(dataSet.payer(), cid));
    for (URI url : urls) {
      await().atMost(SOON).until(() -> Client.get(url).status() == 200);
    }
    return urls;
  }

  private static String bearer(String credential) {
    return "Authorization: Bearer " + credential + "\r\n";
  }

  private static void awaitAll(List<URI> urls, String header, int status) {
    for (URI url : urls) {
      await().atMost(SOON).until(() -> status("HEAD", url, header) == status);
    }
  }

  /** Waits until edges have given back what they do not use, and all is served. */
  private static void awaitRefused(URI url, String header, int status) {
    await().atMost(SOON).untilAsserted(() -> assertRefused(url, header, status));
  }

  private static void assertRefused(URI url, String header, int status) {
    long received = 0;
    int last = 200;
    // what is left may be enough for one more
    for (int i = 0; i < 1 + CAP / SIZE && last == 200; i++) {
      try (Connection connection = Connection.open(HERE, "GET", url, header)) {
        last = connection.status();
        received += last == 200 ? connection.take(Long.MAX_VALUE).download().bytes() : 0;
      }
    }
    assertThat(last).as("the status after %d bytes more", received).isEqualTo(status);
  }

  /** The bytes that all clients got, while an edge and metrics were killed. */
  private static long received(List<URI> urls, String header, IntFunction<InetAddress> from)
      throws Exception {
    AtomicInteger done = new AtomicInteger();
    long received = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1)) {
      Future<?> killing = threads.submit(() -> killMidway(done));
      List<Callable<Long>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        clients.add(() -> fetch(urls, header, from.apply(number), number, done));
      }
      for (Future<Long> client : threads.invokeAll(clients)) {
        received += client.get();
      }
      killing.get();
    }
    return received;
  }

  private static void nothingIsHeld() {
    URI metrics = stack.management("metrics");
    // a new process of metrics shows none before it has looked, which it does once a minute
    await()
        .ignoreExceptions()
        .during(Duration.ofSeconds(75))
        .atMost(SOON.multipliedBy(2))
        .untilAsserted(
            () ->
                assertThat(MetricsPage.sum(metrics, HELD, ""))
                    .as("bytes that are held of all quotas and caps")
                    .isZero());
    assertThat(MetricsPage.sum(metrics, "filcdn_leases_drift_bytes", "")).isZero();
    assertThat(MetricsPage.sum(metrics, "filcdn_leases_overdrawn_bytes", "")).isZero();
  }

  private static LocalDate today() {
    return LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC);
  }

  private static long daysSince(LocalDate begun) {
    return 1 + begun.until(today(), ChronoUnit.DAYS);
  }

  /** Sets a policy that wants signed URLs, and waits until each edge knows it; a token. */
  private static String signedUrlsOnly(
      TestDataSet dataSet, List<URI> urls, Map<String, String> caps) {
    DelegateKey delegate =
        new DelegateKey("P-256", "EC", KEY.getX().toString(), KEY.getY().toString());
    RetrievalGrant grant =
        new RetrievalGrant(
            WALLET.address(),
            List.of(Long.toString(dataSet.number())),
            "signed",
            "0x" + HexFormat.of().formatHex(delegate.thumbprint()),
            delegate.jwk(),
            "0",
            "0",
            "0",
            caps.getOrDefault("maxBytesPerDay", "0"),
            "0",
            caps.getOrDefault("maxBytesPerDayOfClient", "0"),
            List.of(),
            List.of(),
            List.of(),
            Long.toString(Instant.now().toEpochMilli()));
    call(
        "POST",
        "/api/v1/policies",
        "",
        RecordJson.write(SignedGrant.of(grant, stack.network(), WALLET)));
    awaitAll(urls, "", 401);
    String header = bearer(token(urls, ""));
    awaitAll(urls, header, 200);
    return header;
  }

  /** A token for the piece at {@code urls}, with more claims. */
  private static String token(List<URI> urls, String claims) {
    String piece = urls.getFirst().getPath().replaceAll(".*/", "");
    try {
      JWSObject token =
          new JWSObject(
              new JWSHeader.Builder(JWSAlgorithm.ES256)
                  .keyID(KEY.computeThumbprint().toString())
                  .build(),
              new Payload(
                  "{\"cdniuc\":\"%s\",\"exp\":%d%s}"
                      .formatted(piece, Instant.now().getEpochSecond() + 3600, claims)));
      token.sign(new ECDSASigner(KEY));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long usedToday(TestDataSet dataSet) {
    for (JsonNode policy : call("GET", "/api/v1/policies", session(), "").path("policies")) {
      if (policy.path("dataSet").asText().equals(dataSet.id().toString())) {
        return policy.at("/used/bytesToday").asLong();
      }
    }
    throw new AssertionError("expected a policy of " + dataSet.id());
  }

  private static int status(String method, URI url, String header) {
    try (Connection connection = Connection.open(HERE, method, url, header)) {
      return connection.status();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  /** Asks edges in turns, and leaves every other response in the middle. */
  private static long fetch(
      List<URI> urls, String header, InetAddress from, int client, AtomicInteger done) {
    Random random = new Random(client);
    long received = 0;
    for (int i = 0; i < REQUESTS; i++) {
      URI url = urls.get((client + i) % urls.size());
      long most = random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(SIZE);
      try (Connection connection = Connection.open(from, "GET", url, header)) {
        if (connection.status() == 200) {
          received += connection.take(most).download().bytes();
        }
      } catch (UncheckedIOException e) {
        // that edge is dead
        assertThat(url).isEqualTo(urls.get(2));
      }
      done.incrementAndGet();
    }
    return received;
  }

  /** Kills the third edge, and then metrics, which the stack starts again. */
  private static void killMidway(AtomicInteger done) {
    await().atMost(SOON).until(() -> done.get() >= CLIENTS * REQUESTS / 4);
    third.kill();
    ProcessHandle metrics = stack.process("metrics");
    assertThat(metrics.destroyForcibly()).isTrue();
    metrics.onExit().join();
  }

  /** The token of one session, as sign-ins are bounded: it outlives metrics' process. */
  private static synchronized String session() {
    if (token.isEmpty()) {
      token = signIn();
    }
    return token;
  }

  private static String signIn() {
    JsonNode challenge = call("POST", "/api/v1/sessions/nonce", "", "");
    String message =
        """
        %1$s wants you to sign in with your Ethereum account:
        %2$s

        Make keys

        URI: https://%1$s/
        Version: 1
        Chain ID: %3$d
        Nonce: %4$s
        Issued At: %5$s\
        """
            .formatted(
                challenge.path("domain").asText(),
                org.web3j.crypto.Keys.toChecksumAddress(WALLET.address().hex()),
                challenge.path("chainId").asLong(),
                challenge.path("nonce").asText(),
                Instant.now());
    String body =
        JSON.createObjectNode()
            .put("message", message)
            .put("signature", WALLET.sign(WalletSignature.digest(message)).hex())
            .toString();
    return call("POST", "/api/v1/sessions", "", body).path("token").asText();
  }

  private static JsonNode newKey() {
    return call(
        "POST",
        "/api/v1/keys",
        session(),
        "{\"name\":\"three edges\",\"scopes\":[\"download\"],\"limits\":{\"bytesPerMonth\":\"%d\"}}"
            .formatted(CAP));
  }

  private static long used(String id) {
    return call("GET", "/api/v1/keys/" + id, session(), "").at("/used/bytes").asLong();
  }

  private static JsonNode call(String method, String path, String bearer, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(stack.service("metrics").resolve(path))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + bearer)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
