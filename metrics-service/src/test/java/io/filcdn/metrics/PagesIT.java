package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.PAYER;
import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.egress;
import static io.filcdn.metrics.Samples.fill;
import static io.filcdn.metrics.Samples.flushUntil;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.Samples.topUps;
import static io.filcdn.metrics.Samples.unbilled;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow.Reason;
import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.testing.browser.Chromium;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages in Chromium, on the running service. Leaves pictures in target/screenshots. */
class PagesIT {

  private static final FakeNeighbour EDGE = new FakeNeighbour();
  private static final String PIECE_URL = EDGE.url() + "/{payer}/{pieceCid}";
  private static final String CID =
      "bafkzcibcd4bdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy";

  /** A devnet whose operator told where pieces are. */
  @RegisterExtension
  static final PackagedService SERVICE =
      new PackagedService(
          Map.of(
              "filcdn.network", "../deploy/networks/devnet.json",
              "filcdn.metrics.intake.max-wait", "100ms",
              "filcdn.metrics.intake.lost-after", "1s",
              "filcdn.admin.token", "operators-know-this",
              "filcdn.metrics.pages.piece-url", PIECE_URL));

  private static final String HOSTILE = "<img src=x onerror=window.hacked=1>";
  private static final String ACCEPTED_BY_BROWSERS =
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
  private static final int MOST_COMPRESSED = 300 * 1024;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static Chromium chromium;
  private static boolean fed;

  private PageVisitor visitor;

  @BeforeAll
  static void start(@TempDir Path profile) throws IOException {
    chromium = Chromium.start(profile);
  }

  @BeforeEach
  void open() throws Exception {
    if (!fed) {
      fed = true;
      feed();
    }
    visitor = PageVisitor.open(chromium);
  }

  @AfterAll
  static void end() {
    chromium.close();
    EDGE.close();
  }

  private static void feed() throws Exception {
    Instant now = Clock.systemUTC().instant();
    send(
        Topic.DATA_SETS,
        dataSet(12).toString(),
        RecordJson.write(
            indexed(
                12,
                1,
                topUps("700000000000000000", "300000000000000000"),
                new Reported(
                    ByteCount.of(600), ByteCount.of(24), ByteCount.of(500), ByteCount.ZERO))));
    send(Topic.DATA_SETS, dataSet(13).toString(), RecordJson.write(indexed(13, 2)));
    send(
        flushUntil(
            now,
            journal(1),
            0,
            1,
            egress(12, CacheOutcome.MISS, 1, 9_007_199_253L),
            egress(12, CacheOutcome.HIT, 3, 24),
            fill(12, 1000),
            unbilled(12, Reason.BOT, 2, 254),
            unbilled(12, Reason.UNVERIFIED, 1, 12),
            hit(13, 100)));
    send(
        Topic.RETRIEVALS,
        PAYER.hex(),
        RecordJson.write(retrieval(now, 200, Optional.empty(), Optional.of(12_345L), 1)));
    send(
        Topic.RETRIEVALS,
        PAYER.hex(),
        RecordJson.write(
            retrieval(now, 402, Optional.of("cdn-quota-exhausted"), Optional.empty(), 2)));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              when().get("/data-set/12").then().statusCode(200);
              when().get("/data-set/13").then().statusCode(200);
              when().get("/api/v1/latency").then().body("retrievals", equalTo("1"));
              when().get("/api/v1/answers").then().body("code", hasItem("cdn-quota-exhausted"));
              when()
                  .get("/api/v1/series/total/all")
                  .then()
                  .body("[0].served.requests", equalTo("5"));
            });
  }

  private static RetrievalRecord retrieval(
      Instant at, int status, Optional<String> error, Optional<Long> ttfbMicros, long weight) {
    return new RetrievalRecord(
        at,
        "edge-0",
        PAYER,
        HOSTILE,
        Optional.of(dataSet(12)),
        Optional.of(ProviderId.fwss(3)),
        status,
        error,
        Optional.of(CacheOutcome.MISS),
        ByteCount.of(1024),
        ttfbMicros,
        23_456,
        "DE",
        Optional.empty(),
        weight);
  }

  // ---- the routes

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/start",
        "/account",
        "/settlement",
        "/system",
        "/meanings",
        "/provider/3",
        "/provider/fwss/3",
        "/audit/12",
        "/audit/fwss/12"
      })
  void pagesAreOneDocumentThatMayLoadNothingOfOthers(String path) {
    given()
        .header("Accept", ACCEPTED_BY_BROWSERS)
        .get(path)
        .then()
        .statusCode(200)
        .contentType(startsWith("text/html"))
        .header("Cache-Control", "no-cache")
        .header("X-Content-Type-Options", "nosniff")
        .header("Content-Security-Policy", startsWith("default-src 'none'; script-src 'self';"))
        .header("Content-Security-Policy", containsString("frame-ancestors 'none'"))
        .header("Content-Security-Policy", containsString("media-src " + EDGE.url() + ";"))
        .header("Content-Security-Policy", not(containsString("unsafe")))
        .body(containsString("<div id=\"app\">"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ACCEPTED_BY_BROWSERS + " | text/html",
        "text/html | text/html",
        "TEXT/HTML;q=0.5 | text/html",
        "application/json | application/json",
        "*/* | application/json",
        "application/json, text/html;q=0.9 | application/json",
      })
  void aPayersPathIsAPageForWhomAsksForHtml(String accept, String type) {
    given()
        .header("Accept", accept)
        .get("/payer/" + PAYER)
        .then()
        .statusCode(200)
        .contentType(startsWith(type))
        .header("Vary", containsString("ccept"));
  }

  @Test
  void whoeverNamesNoTypeGetsTheApisAnswer() {
    when().get("/payer/" + PAYER).then().statusCode(200).body("$", hasKey("totalRequests"));
    given().header("Accept", "*/*").head("/payer/" + PAYER).then().statusCode(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/nothing",
        "/data-set/99",
        "/nothing",
        "/start/x",
        "/provider",
        "/audit/fwss/12/x",
        "/assets/nothing.js",
      })
  void whatIsNoPageIsAProblemAlsoForBrowsers(String path) {
    given()
        .header("Accept", ACCEPTED_BY_BROWSERS)
        .get(path)
        .then()
        .statusCode(404)
        .contentType(startsWith("application/problem+json"))
        .header("Cache-Control", "no-store");
  }

  @Test
  void whatHasItsHashInItsNameIsKeptForEver() {
    String document = when().get("/").then().extract().asString();
    String script = document.replaceAll("(?s).*src=\"(/assets/[^\"]+)\".*", "$1");

    given()
        .header("Accept-Encoding", "gzip")
        .get(script)
        .then()
        .statusCode(200)
        .contentType(startsWith("text/javascript"))
        .header("Cache-Control", "public, max-age=31536000, immutable")
        .header("Content-Encoding", "gzip");
  }

  @Test
  void theApiTellsTheNetworkAndWherePiecesAre() {
    when()
        .get("/api/v1/network")
        .then()
        .statusCode(200)
        .body("name", equalTo("devnet"))
        .body("chainId", equalTo(31415926))
        .body("genesis", equalTo("1970-01-01T00:00:00Z"))
        .body("epochSeconds", equalTo(3))
        .body("rates.cdnPerTib", equalTo("7000000000000000000"))
        .body("warmStorage", startsWith("0x"))
        .body("pieceUrl", equalTo(PIECE_URL));
  }

  @Test
  void aPayersDataSetsComeInPages() {
    String all = "/api/v1/payers/" + PAYER + "/data-sets";

    when()
        .get(all)
        .then()
        .statusCode(200)
        .body("dataSets.dataSet", equalTo(List.of("fwss/12", "fwss/13")))
        .body("dataSets[0].cdn.used", equalTo("9007199277"))
        .body("dataSets[0].unbilled[0].bytes", equalTo("254"))
        .body("next", nullValue());
    when().get(all + "?limit=1").then().body("next", equalTo("fwss/12"));
    when()
        .get(all + "?limit=1&after=fwss/12")
        .then()
        .body("dataSets.dataSet", equalTo(List.of("fwss/13")));
    when()
        .get("/api/v1/payers/0x0000000000000000000000000000000000000001/data-sets")
        .then()
        .statusCode(200)
        .body("dataSets.size()", equalTo(0));
    when().get(all + "?limit=101").then().statusCode(400).body("code", equalTo("limit-malformed"));
    when()
        .get(all + "?after=fwss/x")
        .then()
        .statusCode(400)
        .body("code", equalTo("after-malformed"));
  }

  // ---- the pages

  @ParameterizedTest
  @MethodSource("io.filcdn.metrics.PageVisitor#screens")
  void everyFigureIsTheApis(PageVisitor.Screen screen) {
    visitor.screen(screen);

    assertFigures(screen, "overview", "/", overview());
    assertFigures(screen, "payer", "/payer/" + PAYER, payer());
    assertFigures(screen, "provider", "/provider/fwss/3", provider());
    assertFigures(screen, "audit", "/audit/fwss/12", audit());
    assertFigures(screen, "start", "/start", Map.of());
    assertFigures(screen, "meanings", "/meanings", Map.of());
  }

  private static Map<String, String> overview() {
    String since = "?by=hour";
    JsonNode all = sums("/api/v1/series/total/all" + since);
    Map<String, String> figures = new HashMap<>();
    figures.put("egress", all.path("egressBytes").asText());
    figures.put("requests", all.path("requests").asText());
    figures.put("miss", all.path("cacheMissBytes").asText());
    figures.put("unbilled", all.path("unbilledBytes").asText());
    figures.put("hits", sums("/api/v1/series/outcome/hit" + since).path("egressBytes").asText());
    JsonNode latency = api("/api/v1/latency");
    List.of("p50", "p95", "p99").forEach(p -> figures.put(p, latency.path(p).asText()));
    figures.put("errors", "2");
    for (JsonNode answers : api("/api/v1/answers")) {
      figures.put(
          "answers-%s-%s".formatted(answers.path("status").asText(), answers.path("code").asText()),
          answers.path("retrievals").asText());
    }
    for (JsonNode sum : api("/api/v1/unbilled")) {
      figures.put(sum.path("reason").asText() + "-bytes", sum.path("bytes").asText());
    }
    return figures;
  }

  private static Map<String, String> payer() {
    JsonNode totals = api("/payer/" + PAYER);
    JsonNode storage = api("/api/v1/payers/" + PAYER + "/storage");
    Map<String, String> figures = new HashMap<>();
    figures.put("egress", totals.path("totalEgressBytes").asText());
    figures.put("miss", totals.path("cacheMissEgressBytes").asText());
    figures.put("requests", totals.path("totalRequests").asText());
    figures.put("remaining", totals.path("remainingCDNEgressBytes").asText());
    figures.put("remaining-miss", totals.path("remainingCacheMissEgressBytes").asText());
    figures.put("pieces", storage.path("pieces").asText());
    figures.put("stored", storage.path("pinnedBytes").asText());
    for (String id : List.of("fwss/12", "fwss/13")) {
      JsonNode account = api("/api/v1/data-sets/" + id);
      for (String field :
          List.of("granted", "used", "remaining", "reported", "cost", "settled", "owed")) {
        figures.put(id + "-cdn-" + field, account.path("cdn").path(field).asText());
        figures.put(id + "-miss-" + field, account.path("cacheMiss").path(field).asText());
      }
      figures.put(id + "-cdn-monthly", monthly("/api/v1/series/data-set/" + id));
    }
    return figures;
  }

  /**
   * The price of 30 days' egress at the pace of the last seven, or of those since the first use.
   */
  private static String monthly(String series) {
    BigInteger perByte =
        new BigInteger(api("/api/v1/network").at("/rates/cdnPerTib").asText()).shiftRight(40);
    LocalDate first =
        LocalDate.ofInstant(
            Instant.parse(api(series).path(0).path("from").asText()), ZoneOffset.UTC);
    long days = Math.min(7, ChronoUnit.DAYS.between(first, LocalDate.now(ZoneOffset.UTC)) + 1);
    BigInteger week = new BigInteger(sums(series).path("egressBytes").asText());
    return perByte
        .multiply(week)
        .multiply(BigInteger.valueOf(30))
        .divide(BigInteger.valueOf(days))
        .toString();
  }

  private static Map<String, String> provider() {
    JsonNode all = sums("/api/v1/series/provider/fwss/3");
    JsonNode statement = api("/api/v1/providers/fwss/3/statement");
    JsonNode latency = api("/api/v1/latency?provider=fwss/3");
    Map<String, String> figures = new HashMap<>();
    figures.put("egress", all.path("egressBytes").asText());
    figures.put("miss", all.path("cacheMissBytes").asText());
    figures.put("requests", all.path("requests").asText());
    figures.put("miss-requests", all.path("cacheMissRequests").asText());
    figures.put("statement-bytes", statement.path("bytes").asText());
    figures.put("owed", statement.path("owed").asText());
    JsonNode supply = api("/api/v1/providers/fwss/3/supply");
    figures.put("verified", supply.path("verified").asText());
    figures.put("unverified", "24");
    figures.put("faults", supply.path("unverifiedRequests").asText());
    figures.put("settled", statement.path("settled").asText());
    List.of("p50", "p95", "p99").forEach(p -> figures.put(p, latency.path(p).asText()));
    return figures;
  }

  private static Map<String, String> audit() {
    JsonNode audit = api("/api/v1/audit/fwss/12");
    Map<String, String> figures = new HashMap<>();
    for (String field :
        List.of(
            "egress",
            "odometer",
            "reported",
            "unreported",
            "granted",
            "held",
            "remaining",
            "settled")) {
      figures.put("cdn-" + field, audit.path("cdn").path(field).asText());
      figures.put("miss-" + field, audit.path("cacheMiss").path(field).asText());
    }
    return figures;
  }

  /** The sums of a series, as decimal texts. */
  private static JsonNode sums(String path) {
    ObjectNode sums = json();
    for (JsonNode point : api(path)) {
      point
          .path("served")
          .properties()
          .forEach(
              sum ->
                  sums.put(
                      sum.getKey(),
                      new BigInteger(sums.path(sum.getKey()).asText("0"))
                          .add(new BigInteger(sum.getValue().asText()))
                          .toString()));
    }
    return sums;
  }

  private static JsonNode api(String path) {
    try {
      return JSON.readTree(
          given().header("Accept", "application/json").get(path).then().extract().asString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertFigures(
      PageVisitor.Screen screen, String name, String path, Map<String, String> expected) {
    visitor.go(path);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(visitor.figures()).containsAllEntriesOf(expected);
              assertThat(
                      visitor
                          .evaluate("document.querySelectorAll('[aria-busy=true]').length")
                          .asInt())
                  .isZero();
            });
    visitor.assertNothingAmiss(path + ", " + screen);
    visitor.picture(name + "-" + screen.name());
  }

  @ParameterizedTest
  @MethodSource("io.filcdn.metrics.PageVisitor#paths")
  void nothingIsAskedOfAnyoneElseAndItIsSmall(String path) {
    visitor.go(path.replace("PAYER", PAYER.hex()));
    visitor.untilAllIsThere();

    JsonNode loaded =
        visitor.evaluate(
            """
            [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
              .map(e => ({ url: e.name, bytes: e.encodedBodySize }))
            """);

    assertThat(loaded).hasSizeGreaterThan(2);
    assertThat(loaded)
        .allSatisfy(
            one -> assertThat(one.path("url").asText()).startsWith(PageVisitor.root() + "/"));
    assertThat(loaded.findValues("bytes").stream().mapToInt(JsonNode::asInt).sum())
        .isBetween(10_000, MOST_COMPRESSED);
  }

  @Test
  void whatIsCountedMovesTheNumbersThatAreShown() throws Exception {
    visitor.go("/payer/" + PAYER);
    await().atMost(PATIENCE).until(() -> visitor.figures().containsKey("requests"));
    long before = Long.parseLong(visitor.figures().getOrDefault("requests", "0"));

    send(flushUntil(Clock.systemUTC().instant(), journal(1), 0, 2, hit(13, 0)));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(Long.parseLong(visitor.figures().getOrDefault("requests", "0")))
                    .isGreaterThan(before));
  }

  @ParameterizedTest
  @CsvSource({
    "/, egress",
    "/payer/PAYER, requests",
    "/provider/fwss/3, statement-bytes",
    "/audit/fwss/12, cdn-odometer",
    "/system, filcdn_egress_parked_records",
  })
  void whatIsShownStaysAndIsMarkedAsOldWhileTheNetworkIsCut(String path, String figure) {
    visitor.go(path.replace("PAYER", PAYER.hex()));
    await().atMost(PATIENCE).until(() -> visitor.figures().containsKey(figure));
    visitor.untilAllIsThere();

    visitor.assertKeepsWhatItShowsWhileTheNetworkIsCut();
  }

  @Test
  void tenThousandDataSetsComeTenAtATime() {
    Address rich = Address.of("0x00000000000000000000000000000000000000aa");
    List<DataSetRecord> all =
        IntStream.range(100_000, 110_000).mapToObj(number -> ofPayer(number, rich)).toList();
    new Database(SERVICE.stack().dataSource())
        .run(connection -> new PostgresDataSets().keepNewer(connection, all));
    String shown =
        "[...document.querySelectorAll('main article')].map(a => a.getAttribute('aria-label'))";

    visitor.go("/payer/" + rich);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(visitor.evaluate(shown)).hasSize(10));
    String first = visitor.evaluate(shown).path(0).asText();
    assertThat(first).isEqualTo("Data set fwss/100000");
    for (int page = 1; page <= 3; page++) {
      String expected = "Data set fwss/1000%d0".formatted(page);
      visitor.click("More data sets");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(visitor.evaluate(shown).path(0).asText()).isEqualTo(expected));
      assertThat(visitor.evaluate(shown)).hasSize(10);
    }
    visitor.click("Back");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(visitor.evaluate(shown).path(0).asText())
                    .isEqualTo("Data set fwss/100020"));
    visitor.assertNothingAmiss("a payer with 10,000 data sets");
  }

  private static DataSetRecord ofPayer(int number, Address payer) {
    DataSetRecord sample = indexed(number, 1);
    return new DataSetRecord(
        sample.dataSet(),
        payer,
        sample.provider(),
        sample.payee(),
        sample.withCdn(),
        sample.deleted(),
        sample.pdpRail(),
        sample.cacheMissRail(),
        sample.cdnRail(),
        sample.topUps(),
        sample.reported(),
        sample.lastReportedEpoch(),
        sample.settled(),
        sample.asOf());
  }

  @Test
  void whatWasReportedIsListedWithItsTransaction() throws Exception {
    TxHash hash = TxHash.of("0x" + "ab".repeat(32));
    send(
        Topic.SETTLEMENT,
        dataSet(13).toString(),
        RecordJson.write(
            new SettlementRecord.Reported(
                dataSet(13),
                Clock.systemUTC().instant(),
                hash,
                new Epoch(7),
                ByteCount.of(9_007_199_254_740_993L),
                ByteCount.of(2))));
    visitor.go("/payer/" + PAYER);

    visitor.click("Reports and payments of fwss/13");

    visitor.says(hash.hex());
    assertThat(
            visitor.evaluate("!!document.querySelector('td > data[value=\"9007199254740993\"]')"))
        .isEqualTo(BooleanNode.TRUE);
    visitor.assertNothingAmiss("reports of a data set");
  }

  @Test
  void aHundredThousandPiecesComeTenAtATime() {
    place(13, 100_000);
    String shown =
        "[...document.querySelectorAll('main article details details summary')].map(s => s.textContent)";

    visitor.go("/payer/" + PAYER);
    visitor.click("Pieces of fwss/13");
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(visitor.evaluate(shown)).hasSize(10));
    assertThat(visitor.evaluate(shown).path(0).asText()).isEqualTo("Piece 1: " + CID);
    visitor.click("More pieces");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(visitor.evaluate(shown).path(0).asText()).isEqualTo("Piece 11: " + CID));
    assertThat(visitor.evaluate(shown)).hasSize(10);
    visitor.assertNothingAmiss("a data set with 100,000 pieces");
  }

  private static void place(int dataSet, int pieces) {
    new Database(SERVICE.stack().dataSource())
        .run(
            connection -> {
              try (PreparedStatement statement =
                  connection.prepareStatement(
                      """
                      insert into placement (key, payer, bytes, day, since)
                      select ? || id, ?, 1000, date '2026-11-30', 1796000000
                      from generate_series(1, ?) id on conflict do nothing
                      """)) {
                statement.setString(1, "%s/%s/%s/".formatted(CID, PAYER, dataSet(dataSet)));
                statement.setString(2, PAYER.hex());
                statement.setInt(3, pieces);
                statement.executeUpdate();
              }
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image/svg+xml | img",
        "audio/wav | audio",
        "video/mp4 | video",
        "text/html | pre",
        "application/zip | none",
      })
  void aPieceIsTriedAndShownAndNothingOfItRuns(String type, String element) {
    String hostile =
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="window.hacked=1">
          <script>window.hacked=1</script></svg>
        """;
    answerOfTheEdge(200, type, hostile, Map.of("Cache-Status", "edge-0; hit"));
    tryPiece();

    visitor.shows("tried-status", "200");
    visitor.shows("tried-size", String.valueOf(hostile.length()));
    if (element.equals("none")) {
      visitor.says("There is no preview of application/zip.");
    } else if (element.equals("img")) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> visitor.evaluate("document.querySelector('img')?.naturalWidth").asInt() == 9);
    } else if (element.equals("pre")) {
      assertThat(visitor.evaluate("document.querySelector('pre.preview').textContent").asText())
          .isEqualTo(hostile);
    } else {
      // no sound and no film, which the browser finds out
      visitor.says("The browser cannot show it as " + type);
    }
    visitor.says("edge-0; hit");
    assertThat(visitor.evaluate("typeof window.hacked").asText()).isEqualTo("undefined");
    visitor.assertNothingAmiss("a preview of " + type);
  }

  @Test
  void aRefusalOfTheEdgeIsTold() {
    answerOfTheEdge(
        402,
        "application/problem+json",
        "{\"detail\":\"%s\"}".formatted(HOSTILE),
        Map.of("X-Error-Code", "cdn-quota-exhausted"));
    tryPiece();

    visitor.shows("tried-status", "402");
    visitor.says("cdn-quota-exhausted: " + HOSTILE);
    visitor.assertNothingAmiss("a refusal of the edge");
  }

  private static void answerOfTheEdge(
      int status, String type, String body, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("Access-Control-Allow-Origin", "*");
    all.put("Access-Control-Expose-Headers", "Cache-Status, X-Error-Code");
    EDGE.answers(
        "/%s/%s".formatted(PAYER.hex(), CID), new FakeNeighbour.Answer(status, type, body, all));
  }

  private void tryPiece() {
    place(12, 1);
    visitor.go("/payer/" + PAYER);
    visitor.click("Pieces of fwss/12");
    visitor.click("Piece 1: " + CID);
    visitor.click("Try it");
  }

  /** The stops of Tab in the whole document, in its order: of radio buttons the chosen one. */
  private static final String STOPS =
      """
      window.stops = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
        .filter(one => one.checkVisibility() && !one.disabled && !(one.type === 'radio' && !one.checked))
      stops.length
      """;

  /** The place in these of what has the focus; -1 where that is not to be seen. */
  private static final String STOP =
      """
      (one => {
        const style = getComputedStyle(one)
        const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
        return seen ? stops.indexOf(one) : -1
      })(document.activeElement)
      """;

  @ParameterizedTest
  @MethodSource("io.filcdn.metrics.PageVisitor#paths")
  void tabGoesToEverythingInItsOrderAndIsSeen(String path) {
    visitor.go(path.replace("PAYER", PAYER.hex()));
    visitor.untilAllIsThere();
    visitor.evaluate("document.activeElement.blur()");
    int stops = visitor.evaluate(STOPS).asInt();

    assertThat(stops).isGreaterThan(7);
    for (int stop = 0; stop < stops; stop++) {
      visitor.press("Tab", 9, "");
      assertThat(visitor.evaluate(STOP).asInt())
          .as(() -> visitor.focused("outerHTML"))
          .isEqualTo(stop);
    }
  }

  @Test
  void aNumberLeadsToWhatItMeans() {
    visitor.go("/system");
    visitor.untilAllIsThere();
    visitor.tabTo("filcdn_egress_parked_records");

    visitor.enter();

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(visitor.focused("id")).isEqualTo("filcdn_egress_parked_records"));
    assertThat(visitor.evaluate("document.activeElement.closest('div').textContent").asText())
        .contains("records that wait for it");
    assertThat(visitor.focused("getBoundingClientRect().top < innerHeight")).isEqualTo("true");
  }

  @Test
  void whoeverStartsNeedsNoNetworkForIt() {
    visitor.go("/start");
    await().atMost(PATIENCE).until(() -> visitor.text().contains("{pieceCid}"));
    visitor.offline(true);

    visitor.evaluate("document.querySelector('[name=payer]').focus()");
    visitor.write(PAYER.toString());

    visitor.says("As the SDK returned it");
    visitor.offline(false);
  }

  @Test
  void theKeyboardAloneIsEnough() {
    visitor.go("/");
    visitor.evaluate("document.activeElement.blur()");

    visitor.press("Tab", 9, "");
    assertThat(visitor.focused("textContent")).isEqualTo("Skip to the content");
    visitor.press("Enter", 13, "\r");
    visitor.press("Tab", 9, "");
    assertThat(visitor.focused("value")).isEqualTo("24h");
    visitor.press("ArrowRight", 39, "");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(visitor.evaluate("location.search").asText()).isEqualTo("?period=7d"));
    assertThat(visitor.focused("value")).isEqualTo("7d");

    visitor.go("/start");
    visitor.evaluate("document.activeElement.blur()");
    for (int tabs = 0; tabs < 10 && !visitor.focused("name").equals("of"); tabs++) {
      visitor.press("Tab", 9, "");
    }
    visitor.write("nobody");
    visitor.press("Enter", 13, "\r");
    assertThat(
            visitor.evaluate("document.querySelector('form [role=status]').textContent").asText())
        .contains("Expected a payer");
    visitor.press("Backspace", 8, "");
    visitor.evaluate("document.activeElement.select()");
    visitor.write("fwss/12");
    visitor.press("Enter", 13, "\r");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(visitor.evaluate("location.pathname").asText())
                  .isEqualTo("/audit/fwss/12");
              assertThat(visitor.focused("tagName")).isEqualTo("H1");
              assertThat(visitor.evaluate("document.title").asText())
                  .isEqualTo("Audit of a data set fwss/12 – FilCDN");
            });
  }

  @Test
  void whoeverStartsGetsTheUrlsOfHisOwnAddress() {
    visitor.go("/start");

    visitor.evaluate("document.querySelector('[name=payer]').focus()");
    visitor.write(PAYER.toString());
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                visitor
                    .evaluate("!!document.querySelector('[placeholder^=bafkzcib]')")
                    .asBoolean());
    visitor.evaluate("document.querySelector('[placeholder^=bafkzcib]').focus()");
    visitor.write(CID);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(visitor.evaluate("document.querySelector('main').textContent").asText())
                    .contains(EDGE.url() + "/" + PAYER.hex() + "/" + CID));
    assertThat(visitor.evaluate("[...document.links].map(a => a.pathname)").toString())
        .contains("/payer/" + PAYER.hex());
  }

  @Test
  void whatAnyoneWroteIsText() {
    visitor.go("/");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(visitor.evaluate("document.querySelector('main').textContent").asText())
                    .contains(HOSTILE));

    for (String path :
        List.of(
            "/audit/%3Cimg%20src=x%20onerror=window.hacked=1%3E",
            "/provider/%3Cimg%20src=x%20onerror=window.hacked=1%3E",
            "/payer/%3Cimg%20src=x%20onerror=window.hacked=1%3E")) {
      assertThat(visitor.evaluate("typeof window.hacked").asText()).isEqualTo("undefined");
      assertThat(visitor.evaluate("document.images.length").asInt()).isZero();
      visitor.go(path);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(visitor.evaluate("document.querySelector('h1').textContent").asText())
                      .startsWith("No "));
    }
    assertThat(visitor.evaluate("typeof window.hacked").asText()).isEqualTo("undefined");
  }

  @ParameterizedTest
  @CsvSource({
    "/audit/99, the data set fwss/99 is unknown",
    "/payer/0x0000000000000000000000000000000000000001, This payer has no data sets",
    "/provider/9, Nothing was reported of this provider yet",
    "/?period=90d, The last 90 days",
  })
  void whatIsNotThereIsSaid(String path, String sentence) {
    visitor.go(path);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(visitor.evaluate("document.querySelector('main').textContent").asText())
                    .contains(sentence));
    assertThat(visitor.complaints()).isEmpty();
  }

  private static ObjectNode json() {
    return JSON.createObjectNode();
  }

  private static void send(EgressRecord flush) throws ExecutionException, InterruptedException {
    send(
        TestStack.record(
            Topic.EGRESS,
            flush.partition(),
            flush.journal().toString(),
            RecordJson.write(flush),
            TestEdges.sign(RecordJson.write(flush))));
  }

  private static void send(Topic topic, String key, String value)
      throws ExecutionException, InterruptedException {
    send(new ProducerRecord<>(topic.topicName(), key, value));
  }

  private static void send(ProducerRecord<String, String> record)
      throws ExecutionException, InterruptedException {
    String servers = SERVICE.stack().bootstrapServers();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers), new StringSerializer(), new StringSerializer())) {
      producer.send(record).get();
    }
  }
}
