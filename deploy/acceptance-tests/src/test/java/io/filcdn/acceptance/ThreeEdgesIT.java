package io.filcdn.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.DevnetAccount;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/**
 * A key with caps at three edges: clients leave midway, an edge and metrics are killed, and no more
 * is served than the key may, and in the end nothing is held.
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

  @TempDir static Path folder;

  private static Stack stack;
  private static Market market;
  private static AnotherEdge second;
  private static AnotherEdge third;
  private static String token = "";
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void up() {
    stack = Stack.up(folder.resolve("data"), SETTINGS);
    market = Market.open(stack, folder.resolve("provider"));
    second = AnotherEdge.start(stack, "second", folder.resolve("second"), SETTINGS);
    third = AnotherEdge.start(stack, "third", folder.resolve("third"), SETTINGS);
  }

  @AfterAll
  static void down() {
    second.close();
    third.close();
    market.close();
    stack.close();
    HTTP.close();
  }

  @Test
  void noMoreIsServedThanTheKeyMayWhateverIsAbortedOrKilled() throws Exception {
    TestDataSet dataSet = market.newDataSet();
    byte[] bytes = new byte[SIZE];
    new Random(7).nextBytes(bytes);
    PieceCid cid = dataSet.add(bytes);
    List<URI> urls =
        List.of(
            dataSet.url(cid), second.url(dataSet.payer(), cid), third.url(dataSet.payer(), cid));
    JsonNode made = newKey();
    String header = "Authorization: Bearer " + made.path("key").asText() + "\r\n";
    for (URI url : urls) {
      await().atMost(SOON).until(() -> Client.get(url).status() == 200);
      await().atMost(SOON).until(() -> status("HEAD", url, header) == 200);
    }

    AtomicInteger done = new AtomicInteger();
    long received = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1)) {
      Future<?> killing = threads.submit(() -> killMidway(done));
      List<Callable<Long>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        clients.add(() -> fetch(urls, header, number, done));
      }
      for (Future<Long> client : threads.invokeAll(clients)) {
        received += client.get();
      }
      killing.get();
    }

    assertThat(received).as("bytes that clients got with the key").isBetween(1L, CAP);
    third.startAgain();
    String id = made.path("details").path("id").asText();
    // a new process of metrics holds nothing before it has looked
    await().atMost(SOON).until(() -> used(id) > 0);
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(MetricsPage.sum(stack.management("metrics"), HELD, ""))
                    .as("bytes that are held of all quotas and caps")
                    .isZero());
    assertThat(used(id)).as("bytes that were counted to the key").isBetween(1L, CAP);
    assertThat(MetricsPage.sum(stack.management("metrics"), "filcdn_leases_drift_bytes", ""))
        .isZero();
    assertThat(MetricsPage.sum(stack.management("metrics"), "filcdn_leases_overdrawn_bytes", ""))
        .isZero();
  }

  private static int status(String method, URI url, String header) {
    try (Connection connection = Connection.open(HERE, method, url, header)) {
      return connection.status();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  /** Asks edges in turns, and leaves every other response in the middle. */
  private static long fetch(List<URI> urls, String header, int client, AtomicInteger done) {
    Random random = new Random(client);
    long received = 0;
    for (int i = 0; i < REQUESTS; i++) {
      URI url = urls.get((client + i) % urls.size());
      long most = random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(SIZE);
      try (Connection connection = Connection.open(HERE, "GET", url, header)) {
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

  private static JsonNode newKey() {
    Credentials wallet = Credentials.create(DevnetAccount.SECOND_PAYER.privateKey());
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
                org.web3j.crypto.Keys.toChecksumAddress(wallet.getAddress()),
                challenge.path("chainId").asLong(),
                challenge.path("nonce").asText(),
                Instant.now());
    String body =
        JSON.createObjectNode()
            .put("message", message)
            .put("signature", signature(wallet, message))
            .toString();
    token = call("POST", "/api/v1/sessions", "", body).path("token").asText();
    return call(
        "POST",
        "/api/v1/keys",
        token,
        "{\"name\":\"three edges\",\"scopes\":[\"download\"],\"limits\":{\"bytesPerMonth\":\"%d\"}}"
            .formatted(CAP));
  }

  private static long used(String id) {
    return call("GET", "/api/v1/keys/" + id, token, "").at("/used/bytes").asLong();
  }

  private static String signature(Credentials wallet, String message) {
    Sign.SignatureData signature =
        Sign.signPrefixedMessage(message.getBytes(UTF_8), wallet.getEcKeyPair());
    return Numeric.toHexString(signature.getR())
        + Numeric.toHexStringNoPrefix(signature.getS())
        + Numeric.toHexStringNoPrefix(signature.getV());
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
