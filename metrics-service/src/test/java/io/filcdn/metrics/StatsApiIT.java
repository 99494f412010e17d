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
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressPartition;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow.Reason;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.service.database.Database;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole service as its clients see it: records go in by Kafka, answers come out by HTTP. */
class StatsApiIT {

  @RegisterExtension
  static final PackagedService SERVICE =
      new PackagedService(
          Map.of(
              "filcdn.network", "../deploy/networks/devnet.json",
              "filcdn.metrics.intake.max-wait", "100ms",
              "filcdn.metrics.intake.lost-after", "1s",
              "filcdn.admin.token", "operators-know-this"));

  private static final String LEASES = "/internal/v1/leases";
  private static final String ENDS = "/internal/v1/journal-ends";
  private static final String STATUS = "/internal/v1/edge-status";
  private static final String PROGRESS = "/internal/v1/journal-progress";

  /** Hours that are long ago would be forgotten at once. */
  private static Instant served = Instant.EPOCH;

  private static boolean fed;

  /** Data set 12 is served and reported, 13 is the same payer's, 14 is nobody's yet. */
  @BeforeEach
  void feedOnce() throws Exception {
    if (fed) {
      return;
    }
    fed = true;
    served = Clock.systemUTC().instant();
    String bootstrapServers = SERVICE.stack().bootstrapServers();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringSerializer(),
            new StringSerializer())) {
      send(
          producer,
          indexed(
              12,
              1,
              topUps("700000000000000000", "300000000000000000"),
              new Reported(
                  ByteCount.of(600), ByteCount.of(24), ByteCount.of(500), ByteCount.ZERO)));
      send(producer, indexed(13, 2));
      send(
          producer,
          flushUntil(
              served,
              journal(1),
              0,
              1,
              egress(12, CacheOutcome.MISS, 1, 1000),
              egress(12, CacheOutcome.HIT, 3, 24),
              fill(12, 1000),
              unbilled(12, Reason.BOT, 2, 254),
              hit(13, 100),
              egress(14, CacheOutcome.COLLAPSED, 1, 5)));
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              when().get("/data-set/12").then().statusCode(200);
              when().get("/data-set/13").then().statusCode(200);
              when().get("/api/v1/data-sets/14").then().statusCode(200);
            });
  }

  @Test
  void aDataSetsRemainingQuotaIsTwoDecimalTexts() {
    String body = when().get("/data-set/12").then().statusCode(200).extract().asString();

    assertThat(body)
        .isEqualTo(
            "{\"cdnEgressQuota\":\"109951161753\",\"cacheMissEgressQuota\":\"47121925904\"}");
  }

  @Test
  void aDataSetCanBeNamedWithItsGeneration() {
    when()
        .get("/data-set/fwss/12")
        .then()
        .statusCode(200)
        .body("cdnEgressQuota", equalTo("109951161753"));
    when().get("/data-set/pandora/12").then().statusCode(404);
  }

  @Test
  void aPayersTotalsAreSixDecimalTexts() {
    String body = when().get("/payer/" + PAYER).then().statusCode(200).extract().asString();

    assertThat(body)
        .isEqualTo(
            "{\"totalRequests\":\"5\",\"cacheMissRequests\":\"1\",\"totalEgressBytes\":\"1124\","
                + "\"cacheMissEgressBytes\":\"1000\",\"remainingCDNEgressBytes\":\"219902324430\","
                + "\"remainingCacheMissEgressBytes\":\"94243852808\"}");
  }

  @Test
  void aPayerIsKnownInAnyLetterCase() {
    String upper = "0x" + PAYER.hex().substring(2).toUpperCase(Locale.ROOT);

    when().get("/payer/" + upper).then().statusCode(200).body("totalRequests", equalTo("5"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/data-set/99",
        "/data-set/14",
        "/data-set",
        "/data-set/",
        "/payer/0x0000000000000000000000000000000000000001",
        "/payer",
        "/api/v1/data-sets/99",
        "/api/v2/data-sets/12",
        "/anything/else",
      })
  void whatNobodyKnowsIsNotFound(String path) {
    given()
        .header("Origin", "https://app.example")
        .get(path)
        .then()
        .statusCode(404)
        .header("Access-Control-Allow-Origin", "*")
        .contentType(startsWith("application/problem+json"))
        .body("code", endsWith("-unknown"))
        .body(not(containsString("<")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/data-set/12", "/payer/0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "/x"})
  void anyPageMayAsk(String path) {
    given()
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "GET")
        .options(path)
        .then()
        .statusCode(200)
        .header("Access-Control-Allow-Origin", "*")
        .header("Access-Control-Allow-Credentials", nullValue())
        .header("Access-Control-Allow-Methods", "GET,HEAD");
    given()
        .header("Origin", "https://app.example")
        .get(path)
        .then()
        .header("Access-Control-Allow-Origin", "*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
  void everythingIsReadByGet(String method) {
    given()
        .request(method, "/data-set/12")
        .then()
        .statusCode(405)
        .contentType(startsWith("application/problem+json"))
        .header("Allow", "GET, HEAD, OPTIONS");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "DELETE"})
  void noPageOfAnotherHostMayDoAnything(String method) {
    given()
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", method)
        .header("Access-Control-Request-Headers", "authorization")
        .options("/api/v1/admin/rebuild")
        .then()
        .header("Access-Control-Allow-Methods", not(containsString(method)));
    given()
        .header("Origin", "https://app.example")
        .header("Authorization", "Bearer operators-know-this")
        .request(method, "/api/v1/admin/rebuild")
        .then()
        .statusCode(403)
        .contentType(startsWith("application/problem+json"))
        .body("code", equalTo("origin-foreign"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:PORT, 401",
    "https://LOCALHOST:PORT, 401",
    "http://localhost:PORT.evil.example, 403",
    "http://evil.example:PORT, 403",
    "http://localhost, 403",
    "http://user@localhost:PORT, 403",
    "null, 403",
    "http://[, 403",
  })
  void aPageOfThisHostMayDoWhatAnyoneMay(String origin, int status) {
    given()
        .header("Origin", origin.replace("PORT", Integer.toString(RestAssured.port)))
        .post("/api/v1/admin/rebuild")
        .then()
        .statusCode(status);
  }

  @Test
  void ordersForSettlementAreNotTakenUnlessTheOperatorSaysSo() {
    given()
        .header("Authorization", "Bearer operators-know-this")
        .post("/api/v1/admin/settlement/settle")
        .then()
        .statusCode(404)
        .body("code", equalTo("orders-unknown"));
  }

  @Test
  void whatNobodyPaysForIsSummedByReason() {
    when()
        .get("/api/v1/unbilled")
        .then()
        .statusCode(200)
        .body("find { it.reason == 'bot' }.bytes", equalTo("254"))
        .body("find { it.reason == 'bot' }.requests", equalTo("2"));
  }

  @Test
  void anAccountShowsAllOfADataSetSideBySide() {
    String body = when().get("/api/v1/data-sets/12").then().statusCode(200).extract().asString();

    assertThat(body)
        .startsWith(
            "{\"dataSet\":\"fwss/12\",\"payer\":\"0x70997970c51812dc3a010c7d01b50e0d17dc79c8\","
                + "\"provider\":\"fwss/3\",\"withCdn\":true,\"deleted\":false,"
                + "\"cdn\":{\"granted\":\"109951162777\",\"used\":\"1024\","
                + "\"remaining\":\"109951161753\",\"reported\":\"624\",\"unreported\":\"400\","
                + "\"cost\":\"6519257088\",\"settled\":\"0\",\"owed\":\"3972672288\",\"railEnds\":5473400},"
                + "\"cacheMiss\":{\"granted\":\"47121926904\",\"used\":\"1000\","
                + "\"remaining\":\"47121925904\",\"reported\":\"500\",\"unreported\":\"500\","
                + "\"cost\":\"6366462000\",\"settled\":\"0\",\"owed\":\"3183231000\"},"
                + "\"requests\":\"4\",\"cacheMissRequests\":\"1\",\"asOf\":")
        .endsWith(
            ",\"unbilled\":[{\"reason\":\"bot\",\"requests\":\"2\",\"bytes\":\"254\","
                + "\"fillBytes\":\"508\"}]}");
  }

  @Test
  void anAccountIsThereBeforeTheIndexHasToldOfTheDataSet() {
    when()
        .get("/api/v1/data-sets/14")
        .then()
        .statusCode(200)
        .body("dataSet", equalTo("fwss/14"))
        .body("$", not(hasKey("payer")))
        .body("cdn.granted", equalTo("0"))
        .body("cdn.used", equalTo("5"))
        .body("cdn.remaining", equalTo("0"));
  }

  @Test
  void anAuditShowsThatAllAgrees() {
    when()
        .get("/api/v1/audit/12")
        .then()
        .statusCode(200)
        .body("cdn.egress", equalTo("1024"))
        .body("cdn.odometer", equalTo("1024"))
        .body("cdn.granted", equalTo("109951162777"))
        .body("cdn.held", equalTo("0"))
        .body("cdn.reported", equalTo("624"))
        .body("cdn.unreported", equalTo("400"))
        .body("cdn.settled", equalTo("0"))
        .body("cacheMiss.egress", equalTo("1000"))
        .body("differences", equalTo(List.of()));
    when().get("/api/v1/audit/99").then().statusCode(404);
  }

  /**
   * A later run of an edge tells the last sequences of one that leased, and whose records are gone.
   */
  @Test
  void whatIsLostOfAJournalThatEndedIsAGapForOperatorsAndADifferenceForAll() {
    String journal = journal(77).toString();
    int partition = EgressPartition.of(dataSet(13), egressPartitions());
    edge(LEASES)
        .apply(
            """
            {"journal":"%s","edge":"edge-0","asks":[
              {"dataSet":"fwss/13","quota":"cdn","acquired":"500","needed":"500","returned":"0"}]}
            """
                .formatted(journal))
        .body("leases[0].acquired", equalTo("500"));
    edge(ENDS)
        .apply("{\"journal\":\"%s\",\"sequences\":{\"%d\":3}}".formatted(journal, partition))
        .body("drained", equalTo(false));

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                given()
                    .header("Authorization", "Bearer operators-know-this")
                    .get("/api/v1/admin/gaps")
                    .then()
                    .statusCode(200)
                    .body("gaps.journal", hasItem(journal))
                    .body("gaps.edge", hasItem("edge-0"))
                    .body("gaps.to", hasItem(3)));
    String audit = when().get("/api/v1/audit/13").then().statusCode(200).extract().asString();
    assertThat(audit)
        .contains("cdn: 3 records of edges are lost; up to 500 bytes", "edge-0")
        .doesNotContain(journal);

    given()
        .header("Authorization", "Bearer operators-know-this")
        .contentType("application/json")
        .body(
            "{\"journal\":\"%s\",\"partition\":%d,\"from\":1,\"to\":3,\"proof\":\"test\"}"
                .formatted(journal, partition))
        .post("/api/v1/admin/gaps/accept")
        .then()
        .statusCode(200);
    edge(ENDS)
        .apply("{\"journal\":\"%s\",\"sequences\":{\"%d\":3}}".formatted(journal, partition))
        .body("drained", equalTo(true));
  }

  private static int egressPartitions() {
    String servers = SERVICE.stack().bootstrapServers();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers), new StringSerializer(), new StringSerializer())) {
      return producer.partitionsFor(Topic.EGRESS.topicName()).size();
    }
  }

  private static Function<String, ValidatableResponse> edge(String path) {
    return body -> posted(200, path, TestEdges.authorization("edge-0", path, body, now()), body);
  }

  private static long now() {
    return Clock.systemUTC().millis();
  }

  @Test
  void anAuditNamesWhatDiffers() {
    when()
        .get("/api/v1/audit/14")
        .then()
        .statusCode(200)
        .body(
            "differences",
            equalTo(
                List.of(
                    "the index has not told of this data set",
                    "cdn: 0 bytes were paid for, the odometer shows 5")));
  }

  @ParameterizedTest
  @CsvSource({
    "data-set/12, 1024, 1000, 4, 1, 254",
    "data-set/fwss/13, 100, 0, 1, 0, 0",
    "payer/0x70997970C51812dc3A010C7d01b50e0d17dc79C8, 1124, 1000, 5, 1, 254",
    "provider/3, 1124, 1000, 5, 1, 254",
    "country/DE, 1129, 0, 6, 1, 0",
    "edge/edge-0, 1129, 1000, 6, 1, 254",
    "outcome/hit, 124, 0, 4, 0, 0",
    "total/all, 1129, 1000, 6, 1, 254",
  })
  void seriesShowWhatWasServedAlongEachDimension(
      String value, String egress, String fills, String requests, String misses, String free) {
    String since =
        "?from=%s&to=%s&by="
            .formatted(served.minus(Duration.ofDays(1)), served.plus(Duration.ofDays(1)));
    for (String by : List.of("hour", "day")) {
      when()
          .get("/api/v1/series/" + value + since + by)
          .then()
          .statusCode(200)
          .body("size()", equalTo(1))
          .body("[0].served.egressBytes", equalTo(egress))
          .body("[0].served.cacheMissBytes", equalTo(fills))
          .body("[0].served.requests", equalTo(requests))
          .body("[0].served.cacheMissRequests", equalTo(misses))
          .body("[0].served.unbilledBytes", equalTo(free));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/series/weather/sunny",
        "/api/v1/series/data-set/x",
        "/api/v1/series/payer/12",
        "/api/v1/series/country/DE?by=week",
        "/api/v1/series/country/DE?from=yesterday",
        "/api/v1/series/country/DE?by=hour&from=2020-01-01T00:00:00Z",
        "/api/v1/series/country/DE?from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z",
        "/api/v1/top/weather",
        "/api/v1/top/country?days=0",
        "/api/v1/top/country?days=91",
        "/api/v1/top/country?limit=101",
        "/api/v1/totals?days=-1",
        "/api/v1/providers/x/statement",
        "/data-set/x",
        "/data-set/012",
        "/data-set/-1",
        "/data-set/9223372036854775808",
        "/data-set/fwss/12/1",
        "/payer/0x12",
        "/payer/12",
        "/api/v1/data-sets/x",
        "/api/v1/providers/3/statement?from=-1",
        "/api/v1/providers/3/statement?to=soon",
        "/api/v1/providers/3/statement?format=pdf",
        "/api/v1/payers/12/storage",
        "/api/v1/latency?hours=0",
        "/api/v1/answers?from=soon",
        "/api/v1/answers?from=2026-01-01T00:00:00Z&to=2026-02-02T00:00:00Z",
        "/api/v1/data-sets/x/pieces",
        "/api/v1/data-sets/12/pieces?after=-1",
        "/api/v1/data-sets/12/transactions?after=1,0x12",
        "/api/v1/top-pieces?days=9",
      })
  void whatCannotBeAskedIsToldWhatWasExpected(String path) {
    when()
        .get(path)
        .then()
        .statusCode(400)
        .contentType(startsWith("application/problem+json"))
        .body("detail", startsWith("expected "));
  }

  @Test
  void aStatementIsJsonOrATable() {
    when()
        .get("/api/v1/providers/3/statement?from=1&to=100")
        .then()
        .statusCode(200)
        .body("provider", equalTo("fwss/3"))
        .body("bytes", equalTo("0"))
        .body("dataSets", equalTo(List.of()));
    when()
        .get("/api/v1/providers/3/statement?format=csv")
        .then()
        .statusCode(200)
        .contentType(startsWith("text/csv"))
        .body(equalTo("dataSet,bytes,owed,settled\r\n"));
  }

  @Test
  void whereNothingWasToldThereIsNoLatencyAndNoStorage() {
    when().get("/api/v1/latency").then().statusCode(200).body("retrievals", equalTo("0"));
    when()
        .get("/api/v1/payers/" + PAYER + "/storage")
        .then()
        .statusCode(200)
        .body("pinnedBytes", equalTo("0"));
    when().get("/api/v1/top-pieces").then().statusCode(200).body("size()", equalTo(0));
  }

  @Test
  void onlyEdgesLeaseAndEachOfItsOwnJournals() {
    String body = "{\"journal\":\"%s\",\"edge\":\"edge-0\",\"asks\":[]}".formatted(journal(8));
    long now = Clock.systemUTC().millis();
    String mine = TestEdges.authorization("edge-0", LEASES, body, now);

    asked(401, "", body).header("WWW-Authenticate", "FilCDN-Edge");
    asked(401, "Bearer operators-know-this", body);
    asked(401, TestEdges.authorization("edge-0", LEASES, body, now - 61_000), body)
        .body("code", equalTo("clock"));
    asked(401, TestEdges.authorization("edge-0", ENDS, body, now), body);
    asked(401, TestEdges.authorization("nobody", LEASES, body, now), body);
    asked(401, mine, body.replace("[]", "[ ]"));
    asked(200, mine, body).body("millisToLive", equalTo(60_000));
    asked(409, mine, body);
    asked(403, TestEdges.authorization("edge", LEASES, body, now + 1), body);
    String others = body.replace("edge-0", "edge");
    asked(403, TestEdges.authorization("edge", LEASES, others, now + 1), others);
    asked(400, TestEdges.authorization("edge-0", LEASES, "{\"journal\":1}", now), "{\"journal\":1}")
        .body("detail", startsWith("expected a LeaseRequest"));

    String end = "{\"journal\":\"%s\",\"sequences\":{}}".formatted(journal(8));
    posted(403, ENDS, TestEdges.authorization("edge", ENDS, end, now), end);
    posted(200, ENDS, TestEdges.authorization("edge-0", ENDS, end, now), end)
        .body("drained", equalTo(true));
    posted(200, ENDS, TestEdges.authorization("edge-0", ENDS, end, now), end)
        .body("drained", equalTo(true));
  }

  @Test
  void onlyItsEdgeTellsHowMuchOfAJournalKafkaHas() {
    String journal = journal(78).toString();
    var _ =
        edge(LEASES)
            .apply("{\"journal\":\"%s\",\"edge\":\"edge-0\",\"asks\":[]}".formatted(journal));
    String mine = "{\"journal\":\"%s\",\"edge\":\"edge-0\",\"sequences\":{}}".formatted(journal);
    String others = mine.replace("edge-0", "edge").replace("{}", "{\"0\":9}");
    String end = "{\"journal\":\"%s\",\"sequences\":{\"0\":9}}".formatted(journal);

    posted(401, PROGRESS, "Bearer operators-know-this", mine);
    posted(401, PROGRESS, TestEdges.authorization("edge-0", ENDS, mine, now()), mine);
    posted(403, PROGRESS, TestEdges.authorization("edge", PROGRESS, others, now()), others);
    posted(403, PROGRESS, TestEdges.authorization("edge", PROGRESS, mine, now()), mine);
    posted(403, ENDS, TestEdges.authorization("edge", ENDS, end, now()), end);
    // none of that was kept: nothing waits to be applied
    edge(PROGRESS).apply(mine).body("applied", equalTo(true));
  }

  @Test
  void anEdgeTellsHowFullItsCacheIs() {
    edge(LEASES)
        .apply("{\"journal\":\"%s\",\"edge\":\"edge-0\",\"asks\":[]}".formatted(journal(79)))
        .statusCode(200);
    String told =
        """
        {"edge":"edge-0","region":"eu-1","cache":{"pieces":3,"diskBytes":"40960",
          "maxDiskBytes":"9007199254740993","memoryBytes":"20"}}
        """;
    String others = told.replace("edge-0", "edge");
    long now = now();

    posted(401, STATUS, "Bearer operators-know-this", told);
    posted(403, STATUS, TestEdges.authorization("edge-0", STATUS, others, now), others);
    posted(200, STATUS, TestEdges.authorization("edge-0", STATUS, told, now), told)
        .body("taken", equalTo(true));
    String earlier = told.replace("40960", "1");
    posted(200, STATUS, TestEdges.authorization("edge-0", STATUS, earlier, now - 1), earlier)
        .body("taken", equalTo(false));

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                when()
                    .get("/api/v1/edges")
                    .then()
                    .body("find { it.edge == 'edge-0' }.region", equalTo("eu-1"))
                    .body("find { it.edge == 'edge-0' }.cache.pieces", equalTo("3"))
                    .body("find { it.edge == 'edge-0' }.cache.diskBytes", equalTo("40960"))
                    .body(
                        "find { it.edge == 'edge-0' }.cache.maxDiskBytes",
                        equalTo("9007199254740993"))
                    .body(
                        "find { it.edge == 'edge-0' }.cache.at",
                        equalTo(Instant.ofEpochMilli(now).toString())));
  }

  private static ValidatableResponse asked(int status, String authorization, String body) {
    return posted(status, LEASES, authorization, body);
  }

  private static ValidatableResponse posted(
      int status, String path, String authorization, String body) {
    return given()
        .header("Authorization", authorization)
        .contentType("application/json")
        .body(body)
        .post(path)
        .then()
        .statusCode(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dead-letters", "gaps", "leases", "audit", "rebuild"})
  void onlyOperatorsLookBehindTheScenes(String path) {
    when()
        .get("/api/v1/admin/" + path)
        .then()
        .statusCode(401)
        .header("WWW-Authenticate", "Bearer")
        .contentType(startsWith("application/problem+json"))
        .body("code", equalTo("token-unknown"));
    when().get("/api/v1/admin;a=b/" + path).then().statusCode(not(equalTo(200)));
    given()
        .header("Authorization", "Bearer operators-know-this")
        .get("/api/v1/admin/" + path)
        .then()
        .statusCode(200);
  }

  @Test
  void gapsComeInPagesTheLongestKnownFirst() {
    List<String> lost = List.of(journal(81).toString(), journal(82).toString());
    for (String journal : lost) {
      edge(ENDS)
          .apply("{\"journal\":\"%s\",\"sequences\":{\"0\":3}}".formatted(journal))
          .body("drained", equalTo(false));
    }
    park(journal(83), "2100-01-01T00:00:00Z");
    park(journal(84), "2020-01-01T00:00:00.000001Z");
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(journals(all("gaps"))).containsAll(lost));

    List<Map<String, Object>> paged = paged("gaps", 1);

    assertThat(paged).isEqualTo(all("gaps"));
    assertThat(journals(paged))
        .startsWith(journal(84).toString())
        .containsOnlyOnceElementsOf(lost)
        .endsWith(journal(83).toString());
    assertThat(paged("gaps", 3)).isEqualTo(paged);
    for (long parked : List.of(83L, 84L)) {
      execute("delete from parked where journal = '%s'".formatted(journal(parked)));
      execute("delete from watermark where journal = '%s'".formatted(journal(parked)));
    }
    for (String journal : lost) {
      asOperator()
          .contentType("application/json")
          .body(
              "{\"journal\":\"%s\",\"partition\":0,\"from\":1,\"to\":3,\"proof\":\"test\"}"
                  .formatted(journal))
          .post("/api/v1/admin/gaps/accept")
          .then()
          .statusCode(200);
    }
  }

  /** A journal of which a later record waits for an earlier one. */
  private void park(JournalId journal, String since) {
    execute(
        "insert into watermark (journal, partition, parked) values ('%s', 0, 1)"
            .formatted(journal));
    execute(
        """
        insert into parked (journal, partition, sequence, source_partition, source_offset, value,
          parked_at)
        values ('%s', 0, 2, 0, 0, 'x', '%s')
        """
            .formatted(journal, since));
  }

  private void execute(String sql) {
    new Database(SERVICE.stack().dataSource())
        .run(connection -> connection.createStatement().execute(sql));
  }

  @Test
  void leasesAndDecisionsComeInPages() {
    List<String> leasing =
        List.of(journal(85).toString(), journal(86).toString(), journal(87).toString());
    for (String journal : leasing) {
      edge(LEASES)
          .apply(
              """
              {"journal":"%s","edge":"edge-0","asks":[
                {"dataSet":"fwss/13","quota":"cdn","acquired":"5","needed":"5","returned":"0"}]}
              """
                  .formatted(journal))
          .body("leases[0].acquired", equalTo("5"));
    }

    List<Map<String, Object>> leases = paged("leases", 1);

    assertThat(leases).isEqualTo(all("leases")).isEqualTo(paged("leases", 2));
    assertThat(journals(leases)).containsSubsequence(leasing);

    for (String journal : leasing) {
      asOperator()
          .contentType("text/plain")
          .body("its disk is lost")
          .post("/api/v1/admin/leases/%s/write-off".formatted(journal))
          .then()
          .statusCode(200)
          .body("bytes", equalTo(5));
    }
    List<Map<String, Object>> decisions = paged("audit", 2);

    assertThat(journals(all("leases"))).doesNotContainAnyElementsOf(leasing);
    assertThat(decisions).isEqualTo(all("audit"));
    assertThat(decisions.stream().map(decision -> String.valueOf(decision.get("subject"))))
        .containsSubsequence(
            leasing.reversed().stream().map(journal -> "journal " + journal).toList());
  }

  @Test
  void anOperatorSeesAndCorrectsTheUseOfACap() {
    String cap = "cap/policy/fwss/13/all/2026-11-30";
    execute(
        "insert into held (data_set, quota, bytes, used)"
            + " values ('cap/policy/fwss/13/all', '2026-11-30', 0, 9007199254740993)");

    asOperator()
        .queryParam("cap", cap)
        .get("/api/v1/admin/caps")
        .then()
        .statusCode(200)
        .body("cap", equalTo(cap))
        .body("used", equalTo("9007199254740993"))
        .body("held", equalTo("0"));
    correct(cap, "-9007199254740992").statusCode(200).body("used", equalTo("1"));
    correct(cap, "-2").statusCode(409).body("code", equalTo("conflict"));
    correct("cap/policy/fwss/13/all/life", "-2")
        .statusCode(404)
        .body("code", equalTo("cap-unknown"));
  }

  private static ValidatableResponse correct(String cap, String change) {
    return asOperator()
        .contentType("application/json")
        .body(
            "{\"cap\":\"%s\",\"change\":\"%s\",\"why\":\"its disk is lost\"}"
                .formatted(cap, change))
        .post("/api/v1/admin/caps/corrections")
        .then();
  }

  private static List<String> journals(List<Map<String, Object>> items) {
    return items.stream().map(item -> String.valueOf(item.get("journal"))).toList();
  }

  private static List<Map<String, Object>> all(String list) {
    return page(list, Map.of("limit", 1000)).getList(list);
  }

  /** All items of a list, each page asked for by what the one before it told as next. */
  private static List<Map<String, Object>> paged(String list, int limit) {
    List<Map<String, Object>> items = new ArrayList<>();
    JsonPath page = page(list, Map.of("limit", limit));
    items.addAll(page.getList(list));
    while (page.get("next") != null) {
      page = page(list, Map.of("limit", limit, "after", page.get("next")));
      assertThat(page.getList(list)).hasSizeLessThanOrEqualTo(limit);
      items.addAll(page.getList(list));
    }
    return items;
  }

  private static JsonPath page(String list, Map<String, Object> parameters) {
    return asOperator()
        .queryParams(parameters)
        .get("/api/v1/admin/" + list)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  private static RequestSpecification asOperator() {
    return given().header("Authorization", "Bearer operators-know-this");
  }

  @Test
  void operatorsAreToldWhatIsWrongWithADecision() {
    given()
        .header("Authorization", "Bearer operators-know-this")
        .contentType("application/json")
        .body(
            "{\"journal\":\"%s\",\"partition\":0,\"from\":1,\"to\":2,\"proof\":\"x\"}"
                .formatted(journal(9)))
        .post("/api/v1/admin/gaps/accept")
        .then()
        .statusCode(409)
        .body("detail", containsString("found none"));
    given()
        .header("Authorization", "Bearer operators-know-this")
        .contentType("application/json")
        .body("{}")
        .post("/api/v1/admin/gaps/accept")
        .then()
        .statusCode(400);
    given()
        .header("Authorization", "Bearer operators-know-this")
        .post("/api/v1/admin/dead-letters/77/replay")
        .then()
        .statusCode(400)
        .body("detail", containsString("why"));
    given()
        .header("Authorization", "Bearer operators-know-this")
        .post("/api/v1/admin/dead-letters/77/replay?why=seen")
        .then()
        .statusCode(404);
  }

  @Test
  void theApiDescribesItself() throws Exception {
    String body = when().get("/q/openapi?format=json").then().statusCode(200).extract().asString();

    JsonNode document = JsonMapper.builder().build().readTree(body);
    assertThat(document.get("paths").fieldNames())
        .toIterable()
        .contains(
            "/data-set/{id}",
            "/payer/{address}",
            "/api/v1/data-sets/{id}",
            "/api/v1/audit/{id}",
            "/api/v1/series/{dimension}/{value}",
            "/api/v1/top/{dimension}",
            "/api/v1/totals",
            "/api/v1/admin/gaps",
            "/internal/v1/leases");
    assertThat(document.at("/components/schemas/DataSetQuota/properties/cdnEgressQuota").toString())
        .isEqualTo("{\"$ref\":\"#/components/schemas/DecimalText\"}");
    assertThat(document.at("/components/schemas/DecimalText/type").asText()).isEqualTo("string");
    assertThat(document.at("/servers/0/url").asText()).isEqualTo("/");
    assertThat(document.at("/paths/~1api~1v1~1admin~1gaps/get/security").toString())
        .isEqualTo("[{\"adminToken\":[]}]");
    assertThat(document.at("/paths/~1internal~1v1~1leases/post/security").toString())
        .isEqualTo("[{\"edgeSignature\":[]}]");
    assertThat(document.at("/paths/~1data-set~1{id}/get/operationId").asText())
        .isEqualTo("dataSet");
    assertThat(document.findValuesAsText("operationId")).doesNotHaveDuplicates();
    assertThat(document.at("/paths/~1data-set~1{id}/get/responses/default/$ref").asText())
        .isEqualTo("#/components/responses/Problem");
  }

  @Test
  void healthTellsWhatIsMissing() {
    when().get("/q/health/live").then().statusCode(200);
    when()
        .get("/q/health/ready")
        .then()
        .statusCode(200)
        .body("checks.name", org.hamcrest.Matchers.hasItem("batches are applied"));
  }

  @Test
  void whatThePipelineDoesIsMeasured() {
    // a batch is measured when all is done that follows its transaction
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(when().get("/q/metrics").then().statusCode(200).extract().asString())
                    .contains("filcdn_egress_records_total{outcome=\"passed\"} 1.0")
                    .contains("filcdn_egress_records_total{outcome=\"duplicate\"} 0.0")
                    .contains("filcdn_egress_rows_total 6.0")
                    .contains("filcdn_egress_parked_journals 0.0")
                    .contains("filcdn_intake_lag_records{topic=\"filcdn.egress\"} 0.0")
                    .contains("filcdn_intake_batch_seconds_count{topic=\"filcdn.egress\"} 1")
                    .contains("filcdn_published_total{topic=\"filcdn.usage\"} 3.0"));
  }

  private static void send(KafkaProducer<String, String> producer, DataSetRecord dataSet)
      throws ExecutionException, InterruptedException {
    producer
        .send(
            new ProducerRecord<>(
                Topic.DATA_SETS.topicName(),
                dataSet.dataSet().toString(),
                RecordJson.write(dataSet)))
        .get();
  }

  private static void send(KafkaProducer<String, String> producer, EgressRecord flush)
      throws ExecutionException, InterruptedException {
    producer
        .send(
            TestStack.record(
                Topic.EGRESS,
                flush.partition(),
                flush.journal().toString(),
                RecordJson.write(flush),
                TestEdges.sign(RecordJson.write(flush))))
        .get();
  }
}
