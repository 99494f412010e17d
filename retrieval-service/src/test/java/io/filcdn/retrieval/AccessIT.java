package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.access.Keys;
import io.filcdn.testing.infra.EmbeddedKafka;
import io.filcdn.testing.infra.Kafka;
import io.filcdn.testing.infra.TopicContents;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Keys of payers, as edges obey them. */
class AccessIT extends EdgeTest {

  /** A broker of its own, as it goes away. */
  @Override
  Kafka openKafka() {
    Kafka own = EmbeddedKafka.start(folder.resolve("kafka"), 0);
    own.createTopics(4);
    return own;
  }

  @Override
  void closeKafka() {
    kafka.close();
  }

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String APP = "Origin: https://app.example";

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.http.proxies", "127.0.0.0/8",
        "filcdn.retrieval.bots.crawler", "robot");
  }

  private static String bearer(AccessKey key) {
    return "Authorization: Bearer " + key.text();
  }

  /** A key that the edge has been told of. */
  private AccessKey told(Payer payer, String limits) throws IOException {
    AccessKey key = Keys.key();
    tell(key, Keys.record(key, payer.address(), Keys.limits(limits)));
    return key;
  }

  private void tell(AccessKey key, AccessKeyRecord record) {
    index.key(record);
    await().atMost(SOON).until(() -> edge.edge().knowsKey(key.id()));
  }

  @Test
  void aKeyIsServedWithinItsLimitsAndRefusedBeyond() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 5_000);
    AccessKey key =
        told(payer, "{\"origins\":[\"https://app.example\"],\"networks\":[\"192.0.2.0/24\"]}");
    String from = "X-Forwarded-For: 192.0.2.9";

    Answer served = get(payer, piece, bearer(key), APP, from);

    assertThat(served.status()).isEqualTo(200);
    assertThat(served.body()).isEqualTo(piece.bytes());
    assertThat(served.header("Vary")).isEqualTo("authorization, origin");
    assertRefused(get(payer, piece, bearer(key), from), 403, "key-origin");
    assertRefused(
        get(payer, piece, bearer(key), APP, "X-Forwarded-For: 192.0.3.9"), 403, "key-network");
    assertRefused(get(payer, piece, bearer(Keys.another(key)), APP, from), 401, "key-unknown");
  }

  @Test
  void whoShowsNothingOrABotsTokenIsServedAsBefore() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);

    Answer anyone = get(payer, piece);

    assertThat(anyone.status()).isEqualTo(200);
    assertThat(anyone.header("Vary")).isEqualTo("authorization");
    assertThat(get(payer, piece, "Authorization: Bearer robot").status()).isEqualTo(200);
    assertRefused(get(payer, piece, "Authorization: Bearer other"), 401, "token-unknown");
    assertRefused(get(payer, piece, "Authorization: Basic robot"), 401, "token-unknown");
  }

  @Test
  void everyKindOfRequestIsCheckedButThePreflight() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 5_000);
    AccessKey key = Keys.key();
    tell(
        key,
        Keys.record(
            key, payer.address(), Set.of(KeyScope.PIN), Keys.limits("{}"), Optional.empty()));
    String etag = get(payer, piece).header("ETag");
    String host = payer.address() + ".localhost";

    assertRefused(get(payer, piece, bearer(key)), 403, "key-scope");
    assertRefused(head(payer, piece, bearer(key)), 403, "key-scope");
    assertRefused(get(payer, piece, bearer(key), "If-None-Match: " + etag), 403, "key-scope");
    assertRefused(get(payer, piece, bearer(key), "Range: bytes=0-9"), 403, "key-scope");
    assertRefused(get(payer, piece, bearer(key), "Range: bytes=9999-"), 403, "key-scope");
    assertRefused(
        edge.client()
            .get(payer.address(), "/" + piece.cid() + "/proof?first=0&last=9", bearer(key)),
        403,
        "key-scope");
    assertThat(edge.client().send("OPTIONS", host, "/" + piece.cid(), bearer(key)).status())
        .isEqualTo(204);
  }

  @Test
  void aKeyOpensItsOwnPayersPiecesOnly() throws Exception {
    Payer payer = newPayer();
    Payer other = newPayer();
    TestPiece piece = placed(payer, 1_000);
    AccessKey key = told(other, "{\"payers\":[\"%s\"]}".formatted(payer.address()));

    assertRefused(get(payer, piece, bearer(key)), 403, "key-payer");
  }

  @Test
  void ofADataSetThatTheKeyNamesNoOtherPays() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 3_000);
    AccessKey key = told(payer, "{\"dataSets\":[\"%s\"]}".formatted(payer.secondDataSet()));
    AccessKey none = told(payer, "{\"dataSets\":[\"fwss/999999\"]}");

    Answer served = get(payer, piece, bearer(key));

    assertThat(served.status()).isEqualTo(200);
    assertThat("fwss/" + served.header("X-Data-Set-ID")).isEqualTo(payer.secondDataSet());
    assertThat(provider.requestsFor(piece)).isZero();
    assertRefused(get(payer, piece, bearer(none)), 403, "key-data-set");
  }

  @Test
  void aKeyThatIsTakenBackIsRefusedWithinSecondsThoughItIsBusy() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    AccessKey key = Keys.key();
    AccessKeyRecord record = Keys.record(key, payer.address(), Keys.limits("{}"));
    tell(key, record);
    assertThat(get(payer, piece, bearer(key)).status()).isEqualTo(200);

    index.key(record.revokedAt(Instant.now()));

    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> get(payer, piece, bearer(key)).status() == 401);
    assertRefused(get(payer, piece, bearer(key)), 401, "key-revoked");
    index.tellOfKey(key.id(), null);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertRefused(get(payer, piece, bearer(key)), 401, "key-unknown"));
    assertThat(get(payer, piece, bearer(key)).header("WWW-Authenticate")).isEqualTo("Bearer");
  }

  /** It remembers how what it showed was read, and nothing of what came of it. */
  @Test
  void eachRequestOfAConnectionIsCheckedForItself() throws Exception {
    Payer payer = newPayer();
    Payer other = newPayer();
    TestPiece piece = placed(payer, 1_000);
    TestPiece others = placed(other, 1_000);
    AccessKey key = Keys.key();
    AccessKeyRecord record = Keys.record(key, payer.address(), Keys.limits("{}"));
    tell(key, record);

    try (Socket socket = edge.client().connect()) {
      for (int times = 0; times < 2; times++) {
        assertThat(ask(socket, payer, piece, bearer(key)).body()).isEqualTo(piece.bytes());
        assertRefused(ask(socket, other, others, bearer(key)), 403, "key-payer");
      }
      assertRefused(ask(socket, payer, piece, bearer(Keys.another(key))), 401, "key-unknown");
      assertThat(ask(socket, payer, piece).status()).isEqualTo(200);
      assertThat(ask(socket, payer, piece, bearer(key)).status()).isEqualTo(200);

      index.key(record.revokedAt(Instant.now()));

      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertRefused(ask(socket, payer, piece, bearer(key)), 401, "key-revoked"));
    }
  }

  private static Answer ask(Socket socket, Payer payer, TestPiece piece, String... headers)
      throws IOException {
    return EdgeClient.getOn(socket, payer.address(), "/" + piece.cid(), headers);
  }

  @Test
  void aKeyWithALimitThatIsUnknownHereIsRefused() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    AccessKey key = told(payer, "{}");
    assertThat(get(payer, piece, bearer(key)).status()).isEqualTo(200);
    String record = RecordJson.write(Keys.record(key, payer.address(), Keys.limits("{}")));

    index.tellOfKey(
        key.id(),
        record
            .replace("\"limits\":{}", "\"limits\":{\"countries\":[\"AQ\"]}")
            .replace("\"version\":1", "\"version\":2"));

    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertRefused(get(payer, piece, bearer(key)), 403, "key-not-understood"));
  }

  @Test
  void tooManyRequestsASecondAreToldWhenToComeAgain() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    AccessKey key = told(payer, "{\"requestsPerSecond\":1}");
    Answer refused;
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      // of so many at once, however slow the machine is, two come within a second
      List<Callable<Answer>> many = Collections.nCopies(32, () -> get(payer, piece, bearer(key)));
      refused =
          clients.invokeAll(many).stream()
              .map(Future::resultNow)
              .filter(answer -> answer.status() != 200)
              .findFirst()
              .orElseThrow();
    }

    assertRefused(refused, 429, "too-many-requests-of-key");
    assertThat(refused.header("Retry-After")).isEqualTo("1");
    assertThat(refused.header("RateLimit")).isEqualTo("\"requests\";r=0;t=1");
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> get(payer, piece, bearer(key)).status() == 200);
  }

  /**
   * Keys that opened something, and some that did not, are nowhere but with those who sent them.
   */
  @Test
  void noKeyIsInLogsTopicsOrAnswers() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    TestPiece cold = newPiece(1_000);
    place(cold, payer.address(), payer.dataSet());
    AccessKey good = told(payer, "{}");
    AccessKey limited = told(payer, "{\"networks\":[\"192.0.2.0/24\"]}");
    AccessKey unknown = Keys.key();
    AccessKey guessed = Keys.another(good);
    StringBuilder seen = new StringBuilder();
    try (CollectedLogs _ = CollectedLogs.into(seen)) {
      for (AccessKey key : List.of(good, limited, unknown, guessed)) {
        for (TestPiece asked : List.of(piece, cold)) {
          for (String accept : List.of("text/html", "application/json", "*/*")) {
            seen(seen, get(payer, asked, bearer(key), "Accept: " + accept));
          }
        }
        seen(seen, head(payer, piece, bearer(key)));
        seen(seen, get(payer, piece, "Authorization: Bearer " + key.text() + "x"));
        seen(seen, get(payer, piece, "Authorization: Basic " + key.text()));
        seen(seen, get(payer, piece, "Authorization: " + key.text()));
      }
      await().atMost(SOON).until(() -> egressBytes(payer) > 0 && !index.retrievals().isEmpty());
    }
    Map<String, Object> brokers = Map.of("bootstrap.servers", kafka.bootstrapServers());
    for (Topic topic : Topic.values()) {
      TopicContents.of(brokers, topic.topicName())
          .forEach(record -> seen.append(record.key()).append(record.value()).append('\n'));
    }
    assertThat(seen).contains(good.id().text());
    for (AccessKey key : List.of(good, limited, unknown, guessed)) {
      String secret = key.text().substring(key.text().lastIndexOf('_') + 1);
      assertThat(seen.indexOf(secret)).as("the secret of %s", key.id()).isNegative();
    }
  }

  private static void seen(StringBuilder all, Answer answer) {
    synchronized (all) {
      all.append(answer.headers()).append(answer.text()).append('\n');
    }
  }

  @Test
  void withKafkaAwayAnEdgeHonoursWhatItKnows() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 1_000);
    AccessKey key = told(payer, "{}");
    assertThat(get(payer, piece, bearer(key)).status()).isEqualTo(200);

    int port = URI.create("kafka://" + kafka.bootstrapServers()).getPort();
    kafka.close();
    edge.restart();

    assertThat(get(payer, piece, bearer(key)).status()).isEqualTo(200);
    assertRefused(get(payer, piece, bearer(Keys.key())), 401, "key-unknown");
    kafka = EmbeddedKafka.start(folder.resolve("kafka"), port);
  }
}
