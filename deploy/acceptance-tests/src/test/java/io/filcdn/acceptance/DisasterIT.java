package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.acceptance.DrillBooks.Finding;
import io.filcdn.acceptance.Script.Outcome;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.kafka.Topic;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetHistory.UsageReport;
import io.filcdn.testing.infra.EmbeddedPostgres;
import io.filcdn.testing.infra.TopicContents;
import io.filcdn.testing.process.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disasters of docs/operations.md: what is lost there is lost here, and what it tells to do is
 * done. In the end the books are right to the byte.
 */
@Tag("slow")
class DisasterIT {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration QUIET_WITHIN = Duration.ofMinutes(6);
  private static final Duration SOON = Duration.ofMinutes(4);
  private static final Map<String, String> SETTINGS =
      Map.of(
          "FILCDN_ADMIN_TOKEN",
          DrillQuiet.ADMIN_TOKEN,
          "FILCDN_RETRIEVAL_LIMITS_REQUESTS_PER_CLIENT",
          "1000");

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicLong taken = new AtomicLong();
  private int stored;
  private Stack stack;

  @BeforeEach
  void up() {
    start();
  }

  private void start() {
    stack = Stack.up(folder.resolve("data"), SETTINGS);
  }

  @AfterEach
  void down(TestInfo test) {
    stack.close();
    http.close();
    System.out.printf("REHEARSED %s%n", test.getDisplayName());
  }

  @Test
  void allDatabasesComeBackFromABackupAndNothingIsCountedOrReportedTwice() throws Exception {
    visit();
    Path backup = folder.resolve("backup");
    whileVisited(() -> script("backup", backup.toString()));
    // what the backup does not know of: pieces, leases, counts, reports and payments
    store();
    visit();
    awaitQuiet();
    long reported = reported();
    stack.close();
    DataFolder.delete(EmbeddedPostgres.files(stack.kept("postgres")));

    script("restore", backup.toString());
    start();

    visit();
    replayLetters();
    awaitQuiet();
    assertKept(books().told(stack.demoOnChain()));
    assertKept(ledger().compare(List.of(stack.demoOnChain())));
    assertThat(new Books(stack).egressBytes(stack.demoDataSet())).isEqualTo(taken.get());
    assertThat(reported()).isEqualTo(taken.get()).isGreaterThan(reported);
  }

  @Test
  void kafkaLosesAllItHasAndIsToldAgain() throws Exception {
    visit();
    awaitQuiet();
    lose("kafka");

    order("POST", stack.service("indexer").resolve("/api/v1/admin/republish"), "");
    in(
        "metrics",
        "insert into credit_outbox select number from credit_entry on conflict do nothing",
        "update access_key set published = 0",
        "update policy set published = 0");

    awaitServed();
    visit();
    store();
    awaitQuiet();
    assertKept(ledger().compare(List.of(stack.demoOnChain())));
    assertThat(reported()).isEqualTo(taken.get());
    assertThat(Client.get(stack.signedPiece().url()).status()).isEqualTo(401);
  }

  @Test
  void anEdgeLosesItsDiskAndWhatItHeldIsWrittenOff() throws Exception {
    visit();
    awaitQuiet();
    JournalId lost = new Books(stack).journal("local").orElseThrow();
    lose("retrieval");

    awaitServed();
    visit();
    URI leases = stack.service("metrics").resolve("/api/v1/admin/leases");
    assertThat(order("GET", leases, "")).contains(lost.toString());
    order("POST", URI.create(leases + "/" + lost + "/write-off"), "its disk is lost");

    assertThat(order("GET", leases, "")).doesNotContain(lost.toString());
    awaitQuiet();
    assertKept(books().told(stack.demoOnChain()));
    assertKept(ledger().compare(List.of(stack.demoOnChain())));
    assertThat(reported()).isEqualTo(taken.get());
  }

  @Test
  void theIndexIsBuiltAnewFromTheChainWhileEdgesServe() throws Exception {
    visit();
    URI ready = stack.service("indexer").resolve("/q/health/ready");

    whileVisited(
        () -> {
          ProcessHandle indexer = stack.running("indexer").orElseThrow();
          signal("STOP", indexer);
          in(
              "postgres",
              "drop database indexer with (force)",
              "create database indexer owner indexer");
          indexer.destroyForcibly();
          indexer.onExit().join();
          await().atMost(SOON).ignoreExceptions().until(() -> Client.get(ready).status() == 200);
        });

    store();
    awaitQuiet();
    assertKept(books().told(stack.demoOnChain()));
    assertKept(ledger().compare(List.of(stack.demoOnChain())));
    assertThat(reported()).isEqualTo(taken.get());
  }

  @Test
  void twoOperatorsAtOnceReportNoByteTwice() {
    visit();
    awaitQuiet();
    try (Stack other =
        Stack.up(
            folder.resolve("other"),
            Map.of("FILCDN_OPERATOR_KEY", DevnetAccount.OPERATOR.privateKey()),
            "--network=" + stack.networkFile())) {
      Stack.DemoPiece piece = stack.demoPieces().getFirst();
      URI url = other.service("retrieval").resolve(URI.create(piece.url().getRawPath()));
      Download got = Client.get(url);
      assertThat(got.sha256()).isEqualTo(piece.sha256());
      // it has counted less than the chain was told
      await()
          .atMost(SOON)
          .until(
              () ->
                  order("GET", other.service("settlement").resolve("/api/v1/set-asides"), "")
                      .contains("odometer-below-reported"));
      visit();
      awaitQuiet();

      assertThat(got.bytes()).isLessThan(taken.get());
      assertThat(reported()).isEqualTo(taken.get());
      assertKept(books().told(stack.demoOnChain()));
      assertKept(ledger().compare(List.of(stack.demoOnChain())));
    }
  }

  /** Kills a part of the stack that has lost its disk; the supervisor starts it again. */
  private void lose(String part) {
    ProcessHandle process = stack.running(part).orElseThrow();
    signal("STOP", process);
    DataFolder.delete(stack.kept(part));
    process.destroyForcibly();
    process.onExit().join();
    await()
        .atMost(SOON)
        .until(() -> stack.running(part).filter(p -> p.pid() != process.pid()).isPresent());
    if (part.equals("kafka")) {
      await()
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> TopicContents.of(stack.kafka(), Topic.DEAD_LETTERS.topicName()).isEmpty());
    }
  }

  private static void signal(String name, ProcessHandle process) {
    try {
      int code = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
      assertThat(code).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void in(String database, String... statements) {
    try (java.sql.Connection connection = DriverManager.getConnection(stack.jdbcUrl(database));
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Waits until the edge serves all of the demo's pieces for a while: a moment passes until it
   * notices that topics were made anew, and what it knew is unknown until it has read them.
   */
  private void awaitServed() {
    await()
        .during(Duration.ofSeconds(20))
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () ->
                stack.demoPieces().stream()
                    .allMatch(piece -> Client.head(piece.url()).status() == 200));
  }

  private DrillBooks books() {
    return new DrillBooks(stack, new Books(stack));
  }

  private DrillLedger ledger() {
    return new DrillLedger(stack, new Books(stack));
  }

  /** Fetches all pieces of the demo. */
  private void visit() {
    for (Stack.DemoPiece piece : stack.demoPieces()) {
      Download got = Client.get(piece.url());
      assertThat(got.sha256()).as("%s: %s", piece.name(), got).isEqualTo(piece.sha256());
      taken.addAndGet(got.bytes());
    }
  }

  /** Does something while clients fetch. */
  private void whileVisited(Runnable deed) throws InterruptedException {
    AtomicBoolean over = new AtomicBoolean();
    List<Throwable> failures = new ArrayList<>();
    Thread visitor =
        Thread.ofVirtual()
            .uncaughtExceptionHandler((_, failure) -> failures.add(failure))
            .start(
                () -> {
                  while (!over.get()) {
                    visit();
                    Connection.pause(200);
                  }
                });
    deed.run();
    over.set(true);
    visitor.join();
    assertThat(failures).isEmpty();
  }

  private void store() throws IOException {
    byte[] bytes = new byte[300_000];
    new Random(stored).nextBytes(bytes);
    URI url = stack.store(Files.write(folder.resolve("piece-" + stored), bytes));
    stored++;
    Download got = Client.get(url);
    assertThat(got.sha256()).isEqualTo(Client.sha256(bytes));
    taken.addAndGet(got.bytes());
  }

  private void script(String command, String operand) {
    Outcome outcome = Script.run(command, Stack.data(folder.resolve("data")), operand);
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
  }

  private long reported() {
    return stack.demoOnChain().reported(UsageReport::cdnBytes);
  }

  /** Waits until all that was served is counted, reported and settled. */
  private void awaitQuiet() {
    DrillQuiet quiet =
        new DrillQuiet(
            stack, List.of(stack.management("retrieval")), () -> List.of(stack.demoOnChain()));
    await()
        .atMost(QUIET_WITHIN)
        .pollInterval(Duration.ofSeconds(1))
        .during(Duration.ofSeconds(8))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(quiet.unfinished()).isEmpty());
  }

  private static void assertKept(List<Finding> findings) {
    assertThat(findings).isNotEmpty().allMatch(Finding::kept);
  }

  /** Lets each record count that metrics put aside, as its edges are honest. */
  private void replayLetters() {
    URI metrics = stack.service("metrics");
    await()
        .atMost(SOON)
        .until(() -> MetricsPage.sum(metrics, "filcdn_intake_lag_records", "egress") == 0);
    JsonNode letters = read(order("GET", metrics.resolve("/api/v1/admin/dead-letters"), ""));
    for (JsonNode letter : letters.path("deadLetters")) {
      order(
          "POST",
          metrics.resolve(
              "/api/v1/admin/dead-letters/%s/replay?why=restored"
                  .formatted(letter.path("id").asText())),
          "");
    }
  }

  /** The answer to a call of an operator. */
  private String order(String method, URI uri, String body) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(uri)
                  .header("Authorization", "Bearer " + DrillQuiet.ADMIN_TOKEN)
                  .method(method, HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode())
          .as("%s %s: %s", method, uri, answer.body())
          .isBetween(200, 299);
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
