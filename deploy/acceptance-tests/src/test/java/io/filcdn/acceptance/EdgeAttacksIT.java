package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.filcdn.acceptance.Forger.Letter;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.common.identity.EdgePrivateKey;
import io.filcdn.common.kafka.KafkaPrincipal;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.testing.chain.DevnetHistory.UsageReport;
import io.filcdn.testing.process.Http;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whoever lies in an edge's or a service's name: its word is not money. {@code local} is the
 * stack's edge, {@code mallory} another that is on the operator's list.
 */
class EdgeAttacksIT {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final long TIB = 1L << 40;
  private static final long MIB = 1 << 20;
  private static final String LOCAL = "local";
  private static final String MALLORY = "mallory";

  private static final EdgePrivateKey STRANGERS_KEY = EdgeKeyPair.generate().privateKey();
  private static final Http HTTP = new Http();

  @TempDir static Path folder;

  private static Stack stack;
  private static Market market;
  private static Books books;
  private static Forger forger;
  private static EdgePrivateKey mallorysKey;

  @BeforeAll
  static void up() {
    stack = Stack.up(folder.resolve("data"));
    market = Market.open(stack, folder.resolve("provider"));
    books = new Books(stack);
    forger = new Forger(stack);
    mallorysKey = stack.admit(MALLORY);
    await()
        .atMost(SOON)
        .until(
            () -> {
              LeaseRequest request = new LeaseRequest(Forger.newJournal(), MALLORY, List.of());
              return answered(MALLORY, mallorysKey, LeaseRequest.PATH, request) == 200;
            });
  }

  @AfterAll
  static void down() {
    forger.close();
    market.close();
    stack.close();
    HTTP.close();
  }

  @Test
  void whatNoEdgeSignedOrLeasedIsNeverCounted() {
    TestDataSet dataSet = market.newDataSet();
    PieceCid cid = dataSet.add(bytes(1, 100_000));
    assertThat(Client.get(dataSet.url(cid)).whole()).isTrue();
    await().atMost(SOON).until(() -> counted(dataSet) == 100_000);
    JournalId leased = Forger.newJournal();
    LeaseRequest lease = Forger.lease(LOCAL, leased, dataSet.id(), MIB);
    assertThat(answered(LOCAL, stack.edgeKey(), LeaseRequest.PATH, lease)).isEqualTo(200);
    JournalId live = books.journal(LOCAL).orElseThrow();
    double alarms = alarms();

    assertQuarantined("unsigned", claim(dataSet, LOCAL, Forger.newJournal()), Optional.empty());
    assertQuarantined("unknown-edge", claim(dataSet, "nobody", Forger.newJournal()), STRANGERS_KEY);
    assertQuarantined("bad-signature", claim(dataSet, LOCAL, Forger.newJournal()), STRANGERS_KEY);
    assertQuarantined("foreign-journal", claim(dataSet, MALLORY, live), mallorysKey);
    assertQuarantined(
        "beyond-holdings", claim(dataSet, LOCAL, Forger.newJournal()), stack.edgeKey());
    assertQuarantined(
        "beyond-holdings", forger.claim(LOCAL, leased, 1, dataSet.id(), MIB + 1), stack.edgeKey());

    assertThat(alarms() - alarms).isEqualTo(6);
    assertThat(Client.get(dataSet.url(cid)).whole()).isTrue();
    await().atMost(SOON).until(() -> counted(dataSet) == 200_000);
    assertThat(books.odometer(dataSet.id()).orElseThrow().cacheMissBytes())
        .isEqualTo(ByteCount.of(100_000));
    await().atMost(SOON).until(() -> dataSet.reported(UsageReport::cdnBytes) == 200_000);
  }

  private static EgressRecord claim(TestDataSet dataSet, String edge, JournalId journal) {
    return forger.claim(edge, journal, 1, dataSet.id(), TIB);
  }

  private static void assertQuarantined(String reason, EgressRecord record, EdgePrivateKey key) {
    assertQuarantined(reason, record, Optional.of(key));
  }

  private static void assertQuarantined(
      String reason, EgressRecord record, Optional<EdgePrivateKey> key) {
    forger.write(record, key);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThat(books.deadLetters(record.journal())).containsExactly(reason));
  }

  /** What the alert on forged egress looks at. */
  private static double alarms() {
    return Stream.of(
            "unsigned", "unknown-edge", "bad-signature", "foreign-journal", "beyond-holdings")
        .mapToDouble(
            reason ->
                MetricsPage.sum(
                    stack.management("metrics"),
                    "filcdn_dead_letters_total",
                    "reason=\"%s\"".formatted(reason)))
        .sum();
  }

  @ParameterizedTest
  @EnumSource
  void aStolenLoginWritesNothingThatIsNotItsServices(KafkaPrincipal thief) {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            stack.kafka(thief.service()), new StringSerializer(), new StringSerializer())) {
      for (Topic topic : Topic.values()) {
        if (!thief.writes().contains(topic)) {
          assertThatThrownBy(
                  () -> producer.send(new ProducerRecord<>(topic.topicName(), "{}")).get())
              .as("%s to %s", thief, topic)
              .isInstanceOf(ExecutionException.class)
              .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
      }
    }
  }

  @Test
  void nobodyElseLeasesForTheLiveEdgeOrEndsItsJournal() {
    TestDataSet dataSet = market.newDataSet();
    List<PieceCid> pieces = dataSet.addAll(List.of(bytes(2, 1_000), bytes(3, 2_000)));
    assertThat(Client.get(dataSet.url(pieces.getFirst())).whole()).isTrue();
    await().atMost(SOON).until(() -> counted(dataSet) == 1_000);
    JournalId live = books.journal(LOCAL).orElseThrow();
    LeaseRequest lease = Forger.lease(LOCAL, live, dataSet.id(), TIB);
    LeaseRequest mallorys = Forger.lease(MALLORY, live, dataSet.id(), TIB);
    JournalEnd end = new JournalEnd(live, Map.of());
    EdgePrivateKey key = mallorysKey;

    assertThat(forger.send(Letter.unsigned(LeaseRequest.PATH, lease)).statusCode()).isEqualTo(401);
    assertThat(forger.send(Letter.unsigned(JournalEnd.PATH, end)).statusCode()).isEqualTo(401);
    assertThat(answered(LOCAL, STRANGERS_KEY, LeaseRequest.PATH, lease)).isEqualTo(401);
    assertThat(answered(LOCAL, STRANGERS_KEY, JournalEnd.PATH, end)).isEqualTo(401);
    assertThat(answered(MALLORY, key, LeaseRequest.PATH, lease)).isEqualTo(403);
    assertThat(answered(MALLORY, key, LeaseRequest.PATH, mallorys)).isEqualTo(403);
    assertThat(answered(MALLORY, key, JournalEnd.PATH, end)).isEqualTo(403);
    assertThat(
            answered(
                MALLORY,
                key,
                JournalProgress.PATH,
                new JournalProgress(live, MALLORY, Map.of(0, 1_000_000L))))
        .isEqualTo(403);

    assertThat(Client.get(dataSet.url(pieces.getLast())).whole()).isTrue();
    await().atMost(SOON).until(() -> counted(dataSet) == 3_000);
    assertThat(books.journal(LOCAL)).hasValue(live);
  }

  @Test
  void aCapturedRequestThatIsSentAgainDoesNothing() {
    TestDataSet dataSet = market.newDataSet();
    dataSet.add(bytes(4, 1_000));
    JournalId journal = Forger.newJournal();
    LeaseRequest request = Forger.lease(LOCAL, journal, dataSet.id(), MIB);
    Letter lease = Letter.signed(LeaseRequest.PATH, request, LOCAL, stack.edgeKey());
    Letter end =
        Letter.signed(JournalEnd.PATH, new JournalEnd(journal, Map.of()), LOCAL, stack.edgeKey());

    assertThat(lease(lease).leases())
        .allMatch(given -> given.acquired().equals(ByteCount.of(MIB)))
        .hasSize(2);
    assertThat(forger.send(lease).statusCode()).isEqualTo(409);
    assertThat(forger.send(end).body()).contains("\"drained\":true");

    assertThat(lease(lease)).isEqualTo(new LeaseAnswer(true, 0, List.of()));
    assertThat(forger.send(end).body()).contains("\"drained\":true");
    Letter elsewhere = new Letter(JournalEnd.PATH, lease.body(), lease.authorization());
    assertThat(forger.send(elsewhere).statusCode()).isEqualTo(401);
    assertQuarantined(
        "beyond-holdings", forger.claim(LOCAL, journal, 1, dataSet.id(), 1), stack.edgeKey());
  }

  private static LeaseAnswer lease(Letter letter) {
    HttpResponse<String> answer = forger.send(letter);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return RecordJson.read(answer.body(), LeaseAnswer.class);
  }

  @Test
  void aRevokedEdgeIsNotReadyAndSaysWhy() {
    TestDataSet dataSet = market.newDataSet();
    List<PieceCid> pieces = dataSet.addAll(List.of(bytes(5, 1_000), bytes(6, 2_000)));
    assertThat(Client.get(dataSet.url(pieces.getFirst())).whole()).isTrue();
    // what comes with a key that was revoked meanwhile would leave a gap in its journal
    await().atMost(SOON).until(() -> counted(dataSet) == 1_000);
    String list = stack.readEdges();

    try {
      stack.writeEdges(
          list.replace(
              "\"edge\":\"local\"", "\"edge\":\"local\",\"revoked\":\"its disk was sold\""));
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(readiness())
                      .startsWith("503")
                      .contains("metrics refuses this edge", "revoked or out of time"));
      assertThat(Client.get(dataSet.url(pieces.getLast())).status()).isEqualTo(503);
    } finally {
      stack.writeEdges(list);
    }
    await().atMost(SOON).until(() -> readiness().startsWith("200"));
    assertThat(Client.get(dataSet.url(pieces.getLast())).whole()).isTrue();
  }

  @Test
  void aForgedOdometerIsNotReportedBeyondWhatWasPaidIn() {
    TestDataSet dataSet = market.newDataSet();
    dataSet.add(bytes(7, 1_000));
    UsageRecord forged =
        new UsageRecord(
            dataSet.id(),
            1,
            ByteCount.of(TIB),
            ByteCount.of(TIB),
            new Epoch(stack.devnet().epoch()));

    forger.write(forged);

    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(ask(stack.service("settlement").resolve("/api/v1/set-asides")))
                    .contains("\"" + dataSet.id() + "\"", "beyond-grants"));
    assertThat(dataSet.reports()).isEmpty();
  }

  private static long counted(TestDataSet dataSet) {
    return books.odometerCdnBytes(dataSet.id()).bytes();
  }

  private static int answered(String edge, EdgePrivateKey key, String path, Object body) {
    return forger.send(Letter.signed(path, body, edge, key)).statusCode();
  }

  private static String readiness() {
    return ask(stack.management("retrieval").resolve("/q/health/ready"));
  }

  /** The status and the body of what is answered. */
  private static String ask(URI url) {
    return HTTP.ask(url.toString())
        .map(answer -> answer.statusCode() + " " + answer.body())
        .orElse("nothing");
  }

  private static byte[] bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
