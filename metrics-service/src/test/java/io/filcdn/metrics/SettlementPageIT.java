package io.filcdn.metrics;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import io.filcdn.metrics.FakeNeighbour.Answer;
import io.filcdn.metrics.FakeNeighbour.Request;
import io.filcdn.testing.browser.Chromium;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What settlement and the indexer say, through metrics, and the pages that show it. */
class SettlementPageIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final FakeNeighbour SETTLEMENT = new FakeNeighbour();
  private static final FakeNeighbour INDEXER = new FakeNeighbour();

  @RegisterExtension
  static final PackagedService SERVICE =
      new PackagedService(
          Map.of(
              "filcdn.network",
              "../deploy/networks/devnet.json",
              "filcdn.metrics.pages.settlement-url",
              SETTLEMENT.url() + "/",
              "filcdn.metrics.pages.indexer-url",
              INDEXER.url(),
              "filcdn.metrics.pages.orders",
              "true",
              "filcdn.admin.token",
              "operators-know-this"));

  private static final String HOSTILE = "<img src=x onerror=window.hacked=1>";

  private static final String BACKLOG =
      """
      {"unreported":{"cdnBytes":"9007199254740993","cacheMissBytes":"17","oldest":7},
       "waitingSince":"2026-11-30T12:00:00Z",
       "deadlines":[{"dataSet":"fwss/12","rail":"cdn","end":99,"owed":"1000000000000000001","unreported":"5"}]}
      """;

  private static final String TRANSACTIONS =
      """
      {"transactions":[{"id":42,"activity":"report","state":"reverted","sender":"0x00","nonce":7,"gasLimit":"1",
        "signedAt":"2026-11-30T12:00:00Z","signedBlock":5,"feePaid":"123456789012345678901","error":"%s",
        "attempts":[{"hash":"0xaa"}],"dataSets":[{"dataSet":"fwss/12"}]}],"next":42}
      """
          .formatted(HOSTILE);

  private static final String SET_ASIDE =
      """
      {"dataSet":"fwss/13","activity":"report","reason":"reverted","message":"%s","since":"2026-11-30T12:00:00Z","retryAt":null}
      """
          .formatted(HOSTILE);

  private static final String RECONCILIATION =
      """
      {"at":"2026-11-30T12:00:00Z","block":9,"dataSets":3,"totals":{
        "odometer":{"cdnBytes":"9007199254740993","cacheMissBytes":"2"},"reported":{"cdnBytes":"3","cacheMissBytes":"4"},
        "ownOpen":{"cdnBytes":"5","cacheMissBytes":"6"},"due":{"cdnBytes":"7","cacheMissBytes":"8"},
        "owedCdn":"1000000000000000001","owedCacheMiss":"10","settledCdn":"11","settledCacheMiss":"12"},
       "differenceCount":1,"differences":[{"dataSet":"fwss/13","kind":"money","message":"%s"}],"setAside":[]}
      """
          .formatted(HOSTILE);

  private static final String INDEX =
      """
      {"network":"devnet","chainId":31415926,"head":1234,"indexed":{"number":1230,"hash":"0x00"},"final":1200,
       "lagBlocks":4,"headAgeSeconds":1,"undecodableLogs":2,"malformedLogs":0,"state":"following","detail":"node.example is away",
       "nodes":[{"host":"node.example"}]}
      """;

  private static final String PLAN =
      """
      {"ordered":false,"block":5,"dust":"0","dataSets":1,"usage":{"cdnBytes":"5000","cacheMissBytes":"70"},"reports":1,
       "items":[{"dataSet":"fwss/12","toEpoch":8,"cdnBytes":"5000","cacheMissBytes":"70"}],"waiting":{},
       "findings":[{"dataSet":"fwss/13","activity":"report","reason":"reverted","message":"%s"}]}
      """
          .formatted(HOSTILE);

  private static Chromium chromium;
  private PageVisitor visitor;

  @BeforeAll
  static void start(@TempDir Path profile) throws IOException {
    chromium = Chromium.start(profile);
  }

  @AfterAll
  static void end() {
    chromium.close();
    SETTLEMENT.close();
    INDEXER.close();
  }

  @BeforeEach
  void open() {
    SETTLEMENT.answers("/api/v1/backlog", Answer.json(BACKLOG));
    SETTLEMENT.answers("/api/v1/transactions", Answer.json(TRANSACTIONS));
    SETTLEMENT.answers("/api/v1/set-asides", Answer.json("[" + SET_ASIDE + "]"));
    SETTLEMENT.answers("/api/v1/reconciliation", Answer.json(RECONCILIATION));
    SETTLEMENT.answers("/api/v1/admin/report", Answer.json(PLAN));
    INDEXER.answers("/status", Answer.json(INDEX));
    SETTLEMENT.requests().clear();
    visitor = PageVisitor.open(chromium);
  }

  /** A page that is left asks for nothing more. */
  @AfterEach
  void leave() {
    visitor.leave();
  }

  // ---- what is passed on

  @Test
  void whatSettlementAnswersIsPassedOnWithoutErrors() {
    String body =
        when()
            .get("/api/v1/settlement/transactions?after=50&limit=20")
            .then()
            .statusCode(200)
            .header("Cache-Control", "no-store")
            .extract()
            .asString();

    assertThat(body)
        .contains("\"feePaid\":\"123456789012345678901\"", "\"next\":42")
        .as("what a contract said")
        .doesNotContain(HOSTILE);
    assertThat(SETTLEMENT.requests())
        .containsExactly(new Request("GET", "/api/v1/transactions?after=50&limit=20", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/settlement/admin/report",
        "/api/v1/settlement/q/metrics",
        "/api/v1/settlement/../../q/metrics",
        "/api/v1/settlement/transactions/42",
        "/api/v1/settlement/data-sets",
        "/api/v1/settlement/transactions/../admin",
        "/api/v1/settlement/transactions/%2e%2e",
        "/api/v1/settlement/",
        "/api/v1/indexer/admin/rewind",
        "/api/v1/indexer",
      })
  void nothingElseIsPassedOn(String path) {
    given().urlEncodingEnabled(false).get(path).then().statusCode(404);

    assertThat(SETTLEMENT.requests()).isEmpty();
  }

  @Test
  void aProcessSaysWhichPartitionsItReads() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                when()
                    .get("/api/v1/intake")
                    .then()
                    .body("process", matchesPattern("[0-9a-f]{8}"))
                    .body("topics.find { it.topic == 'filcdn.egress' }.partitions", not("0")));
  }

  @Test
  void aStandbyOfTheIndexerIsToldFromOneThatIndexes() {
    INDEXER.answers("/status", Answer.json("{\"state\":\"standby\"}"));
    visitor.go("/system");

    visitor.says("The process that answered is a standby");
  }

  @Test
  void whereTheIndexersNodesAreIsNotPassedOn() {
    // what was answered to another is kept for a second
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(when().get("/api/v1/indexer/status").asString())
                    .isEqualTo(
                        "{\"head\":1234,\"indexed\":{\"number\":1230,\"hash\":\"0x00\"},\"final\":1200,\"lagBlocks\":4,"
                            + "\"headAgeSeconds\":1,\"undecodableLogs\":2,\"state\":\"following\"}"));
  }

  @Test
  void refusalsOfSettlementArePassedOnToo() {
    SETTLEMENT.answers(
        "/api/v1/reconciliation",
        new Answer(503, "application/problem+json", "{\"code\":\"not-reconciled-yet\"}"));

    // what was answered to another is kept for a second
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                when()
                    .get("/api/v1/settlement/reconciliation")
                    .then()
                    .statusCode(503)
                    .body("code", equalTo("not-reconciled-yet")));
  }

  @Test
  void whatIsNoAnswerOfAnApiIsNotPassedOn() {
    for (Answer answer :
        List.of(
            new Answer(302, "application/json", ""),
            new Answer(200, "text/html", "<script>"),
            Answer.json(" ".repeat((4 << 20) + 1)))) {
      SETTLEMENT.answers("/api/v1/transactions", answer);

      given()
          .redirects()
          .follow(false)
          .get("/api/v1/settlement/transactions?after=" + answer.body().length())
          .then()
          .statusCode(503)
          .body("code", equalTo("settlement-unavailable"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer ", "Basic b3A6", "Bearer a b", "bearer a b"})
  void whatIsNoTokenDoesNotReachSettlement(String authorization) {
    given()
        .header("Authorization", authorization)
        .post("/api/v1/admin/settlement/settle?dryRun=true")
        .then()
        .statusCode(401)
        .header("WWW-Authenticate", "Bearer")
        .body("code", equalTo("token-unknown"));
    assertThat(orders()).isEmpty();
  }

  @Test
  void settlementJudgesTheTokenOfOrders() {
    SETTLEMENT.answers(
        "/api/v1/admin/settle",
        new Answer(401, "application/problem+json", "{\"code\":\"token-unknown\"}"));

    given()
        .header("Authorization", "Bearer guessed")
        .post("/api/v1/admin/settlement/settle?dryRun=true")
        .then()
        .statusCode(401)
        .header("WWW-Authenticate", "Bearer");
    assertThat(SETTLEMENT.requests())
        .containsExactly(new Request("POST", "/api/v1/admin/settle?dryRun=true", "Bearer guessed"));
  }

  // ---- the pages

  @ParameterizedTest
  @MethodSource("io.filcdn.metrics.PageVisitor#screens")
  void everyFigureIsTheApis(PageVisitor.Screen screen) {
    visitor.screen(screen);
    visitor.go("/settlement");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(visitor.figures())
                    .containsAllEntriesOf(
                        Map.of(
                            "unreported-cdn", "9007199254740993",
                            "unreported-miss", "17",
                            "compared", "3",
                            "all-odometer-cdn", "9007199254740993",
                            "all-ownOpen-miss", "6",
                            "all-due-cdn", "7",
                            "all-owed-cdn", "1000000000000000001",
                            "all-settled-miss", "12",
                            "fee-42", "123456789012345678901")));
    visitor.says(
        "1.000000000000000001", "123.456789012345678901", "once an operator releases it", HOSTILE);
    visitor.untilAllIsThere();
    assertThat(visitor.evaluate("document.images.length").asInt()).isZero();
    visitor.assertNothingAmiss("/settlement, " + screen);
    visitor.picture("settlement-" + screen.name());

    tell(
        "/internal/v1/leases",
        """
        {"journal":"00000000-0000-0000-0000-000000000007","edge":"edge-0","asks":[]}
        """);
    tell(
        "/internal/v1/edge-status",
        """
        {"edge":"edge-0","region":"eu-1","cache":{"pieces":3,"diskBytes":"40960",
          "maxDiskBytes":"9007199254740993","memoryBytes":"20"}}
        """);
    visitor.go("/system");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(visitor.figures())
                    .containsAllEntriesOf(
                        Map.of(
                            "pieces-edge-0", "3",
                            "disk-edge-0", "40960",
                            "max-disk-edge-0", "9007199254740993",
                            "memory-edge-0", "20",
                            "filcdn_indexer_head_block", "1234",
                            "filcdn_indexer_indexed_block", "1230",
                            "filcdn_indexer_lag_blocks", "4",
                            "filcdn_egress_parked_records", "0",
                            "lag-filcdn.egress", "0")));
    visitor.says("eu-1", "40.00 KiB of 8.00 PiB");
    visitor.untilAllIsThere();
    visitor.assertNothingAmiss("/system, " + screen);
    visitor.picture("system-" + screen.name());
  }

  /** Tells metrics something as an edge does. */
  private static void tell(String path, String body) {
    long now = Clock.systemUTC().millis();
    given()
        .header("Authorization", TestEdges.authorization(TestEdges.EDGE, path, body, now))
        .contentType("application/json")
        .body(body)
        .post(path)
        .then()
        .statusCode(200);
  }

  @Test
  void anOrderIsShownBeforeItIsGiven() {
    visitor.go("/settlement");
    visitor.fill("For operators", "token", "operators-know-this");
    visitor.click("Use it");
    visitor.click("Report: show what it would do");
    visitor.says("5,000 and 70 bytes up to epoch 8");
    assertThat(orders()).containsExactly("/api/v1/admin/report?dryRun=true");

    visitor.click("Report all of that");
    visitor.click("Report all of that, surely");
    visitor.says("it is ordered");

    assertThat(orders())
        .containsExactly("/api/v1/admin/report?dryRun=true", "/api/v1/admin/report?dryRun=false");
    assertThat(SETTLEMENT.requests())
        .filteredOn(request -> request.method().equals("POST"))
        .extracting(Request::authorization)
        .containsOnly("Bearer operators-know-this");
    assertThat(
            visitor
                .evaluate(
                    "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
                .asText())
        .isEqualTo("[{},{},\"\"]");
    visitor.assertNothingAmiss("/settlement with an order");
  }

  private static List<String> orders() {
    return SETTLEMENT.requests().stream()
        .filter(request -> request.method().equals("POST"))
        .map(Request::target)
        .toList();
  }

  @Test
  void theKeyboardAloneIsEnough() {
    visitor.go("/settlement");
    visitor.says("once an operator releases it");
    visitor.tabTo("The operators' token");
    visitor.write("operators-know-this");
    visitor.enter();
    visitor.says("Forget the token");
    visitor.tabTo("Report: show what it would do");
    visitor.enter();
    visitor.says("5,000 and 70 bytes up to epoch 8");
    visitor.tabTo("Report all of that");
    visitor.enter();
    visitor.tabTo("Report all of that, surely");
    visitor.enter();

    visitor.says("it is ordered");
  }

  @Test
  void whatIsShownStaysWhileTheNetworkIsCut() {
    visitor.go("/settlement");
    visitor.says("once an operator releases it");
    await().atMost(PATIENCE).until(() -> visitor.figures().containsKey("unreported-cdn"));

    visitor.assertKeepsWhatItShowsWhileTheNetworkIsCut();
  }

  @Test
  void aTokenThatIsRefusedIsForgotten() {
    SETTLEMENT.answers(
        "/api/v1/admin/report",
        new Answer(
            401, "application/problem+json", "{\"status\":401,\"detail\":\"another token\"}"));
    visitor.go("/settlement");
    visitor.fill("For operators", "token", "guessed");
    visitor.click("Use it");
    visitor.click("Report: show what it would do");

    visitor.says("The operators' token");
  }

  @Test
  void theTokenIsAskedForAgainAfterAnHour() {
    visitor.before(
        """
        const timer = setTimeout
        window.hours = []
        window.setTimeout = (act, delay, ...rest) =>
          delay > 1_800_000 ? (hours.push({ act, delay }), 0) : timer(act, delay, ...rest)
        """);
    visitor.go("/settlement");
    visitor.fill("For operators", "token", "operators-know-this");
    visitor.click("Use it");
    visitor.says("Forget the token");
    assertThat(visitor.evaluate("hours.map(one => one.delay)").path(0).asInt())
        .isBetween(3_590_000, 3_600_000);

    visitor.evaluate("hours[0].act()");

    visitor.says("The operators' token");
  }

  @Test
  void whileSettlementIsAwayThePageSaysSo() {
    SETTLEMENT.answers("/api/v1/backlog", new Answer(500, "text/html", "<h1>oh"));
    visitor.go("/settlement");

    visitor.says("settlement: its answer is no JSON (status 500)");
  }
}
