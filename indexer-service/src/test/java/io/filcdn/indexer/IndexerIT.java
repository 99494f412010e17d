package io.filcdn.indexer;

import static io.filcdn.indexer.Patience.patiently;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.filcdn.common.chain.Address;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeChain;
import io.filcdn.indexer.fake.FakeNode;
import io.filcdn.indexer.fake.FakePieces;
import io.restassured.response.ValidatableResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole service on a real Postgres and Kafka: threads, HTTP, health, metrics. */
class IndexerIT {

  @RegisterExtension static final PackagedIndexer SERVICE = new PackagedIndexer(Map.of());

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Address PAYER = Contracts.numbered(5);
  private static final PieceCid CID = FakePieces.numbered(1);

  private final FakeChain chain = SERVICE.chain();
  private final FakeNode node = SERVICE.node();

  @Test
  void whatTheApiSaysIsWhatWasPublished() throws JsonProcessingException {
    chain
        .block(Contracts.productAdded(3, "https://pdp.example.net"))
        .block(
            Contracts.toppedUp(12, 70, 30),
            Contracts.dataSetCreated(12, 3, PAYER),
            Contracts.pieceAdded(12, 7, CID, Map.of("key", "value")))
        .block(
            Contracts.usageReported(Contracts.OPERATOR, 12, 1, 2, 1000, 10),
            Contracts.railTerminated(123, 900),
            Contracts.cdnSettlement(12, 8));
    awaitIndexed();

    try (Topics topics = Topics.from(SERVICE.kafka(), true)) {
      String key = new PlacementKey(CID, PAYER, DataSetId.of("fwss/12"), new PieceId(7)).toString();
      patiently().until(() -> topics.of(Topic.PLACEMENTS).containsKey(key));
      patiently()
          .untilAsserted(
              () -> {
                assertThat(get("/api/v1/data-sets/12"))
                    .isEqualTo(JSON.readTree(topics.of(Topic.DATA_SETS).get("fwss/12")));
              });
      assertThat(get("/api/v1/data-sets/fwss/12")).isEqualTo(get("/api/v1/data-sets/fwss%2F12"));
      assertThat(get("/api/v1/data-sets/fwss/12")).isEqualTo(get("/api/v1/data-sets/12"));
      patiently().until(() -> topics.of(Topic.PROVIDERS).containsKey("fwss/3"));
      assertThat(get("/api/v1/providers/3"))
          .isEqualTo(JSON.readTree(topics.of(Topic.PROVIDERS).get("fwss/3")));
      patiently().until(() -> topics.of(Topic.PAYERS).containsKey(PAYER.hex()));
      assertThat(get("/api/v1/payers/" + PAYER).get("payer"))
          .isEqualTo(JSON.readTree(topics.of(Topic.PAYERS).get(PAYER.hex())));
      assertThat(get("/api/v1/payers/" + PAYER).at("/dataSets/0").asText()).isEqualTo("fwss/12");
      JsonNode placement = JSON.readTree(topics.value(Topic.PLACEMENTS, key));
      assertThat(get("/api/v1/pieces/" + CID).at("/placements/0")).isEqualTo(placement);
      assertThat(get("/api/v1/pieces/" + CID.commP()).at("/placements/0")).isEqualTo(placement);
    }
  }

  @Test
  void listsComeInPages() throws JsonProcessingException {
    Address payer = Contracts.numbered(0x77);
    chain.block(
        Contracts.dataSetCreated(41, 3, payer),
        Contracts.dataSetCreated(42, 3, payer),
        Contracts.pieceAdded(41, 1, FakePieces.numbered(31)),
        Contracts.pieceAdded(41, 2, FakePieces.numbered(32)),
        Contracts.pieceAdded(42, 1, FakePieces.numbered(31)));
    awaitIndexed();

    JsonNode first = get("/api/v1/data-sets/41/pieces?limit=1");
    assertThat(first.at("/placements/0/pieceId").asText()).isEqualTo("1");
    JsonNode second =
        get("/api/v1/data-sets/41/pieces?limit=1&after=" + first.get("next").asText());
    assertThat(second.at("/placements/0/pieceId").asText()).isEqualTo("2");
    assertThat(get("/api/v1/data-sets/41/pieces?limit=5").has("next")).isFalse();

    String cid = "/api/v1/pieces/" + FakePieces.numbered(31);
    JsonNode place = get(cid + "?limit=1");
    assertThat(place.get("next").asText()).isEqualTo("fwss/41/1");
    assertThat(get(cid + "?after=fwss/41/1").at("/placements/0/dataSet").asText())
        .isEqualTo("fwss/42");

    JsonNode paid = get("/api/v1/payers/" + payer + "?limit=1");
    assertThat(paid.get("next").asText()).isEqualTo("fwss/41");
    assertThat(get("/api/v1/payers/" + payer + "?after=fwss/41").at("/dataSets/0").asText())
        .isEqualTo("fwss/42");
    problem(cid + "?limit=0", 400, "limit: expected a number from 1 to 1000, found 0");
    problem(cid + "?after=x", 400, "expected");
  }

  @Test
  void logsThatAreKeptAsideAreListedInPages() throws JsonProcessingException {
    chain.block(
        Contracts.pieceAdded(61, 1, new byte[] {1, 2, 3}),
        Contracts.pieceAdded(61, 2, FakePieces.numbered(61)),
        Contracts.pieceAdded(61, 3, new byte[0]));
    awaitIndexed();

    JsonNode first = get("/api/v1/undecodable-logs?limit=1");
    assertThat(first.at("/logs/0/malformed").asBoolean()).isTrue();
    assertThat(first.at("/logs/0/reason").asText()).startsWith("PieceAdded: ");
    assertThat(first.at("/logs/0/contract").asText()).isEqualTo(Contracts.FWSS.hex());
    long block = first.at("/logs/0/block").asLong();
    assertThat(first.get("next").asText()).isEqualTo(block + "-0");
    JsonNode second = get("/api/v1/undecodable-logs?after=" + first.get("next").asText());
    assertThat(second.at("/logs/0/logIndex").asLong()).isEqualTo(2);
    assertThat(second.at("/logs")).hasSize(1);
    assertThat(second.has("next")).isFalse();
    problem("/api/v1/undecodable-logs?after=x", 400, "after: expected a log's place");
  }

  @Test
  void statusTellsHowFarTheIndexIs() {
    chain.blocks(3).finalUpTo(2);
    awaitIndexed();

    patiently()
        .untilAsserted(
            () ->
                answer("/status", 200)
                    .body("network", equalTo("test"))
                    .body("chainId", equalTo((int) Contracts.CHAIN_ID))
                    .body("head", equalTo((int) chain.head().number()))
                    .body("indexed.number", equalTo((int) chain.head().number()))
                    .body("indexed.hash", equalTo(chain.head().hash().hex()))
                    .body("final", equalTo((int) chain.finalNumber()))
                    .body("lagBlocks", equalTo(0))
                    .body("state", equalTo("following"))
                    .body("nodes[0].asked", equalTo(true))
                    .body("undecodableLogs", equalTo(0)));
  }

  @Test
  void errorsAreProblems() {
    problem("/api/v1/data-sets/999", 404, "the index knows no data set fwss/999");
    problem("/api/v1/data-sets/x", 400, "expected a data set number");
    problem("/api/v1/data-sets/nope/1", 400, "expected the generation");
    problem("/api/v1/pieces/" + FakePieces.numbered(77), 404, "the index knows no piece bafkzcib");
    problem("/api/v1/pieces/bafy", 400, "expected");
    problem("/api/v1/providers/999", 404, "the index knows no provider fwss/999");
    problem("/api/v1/payers/0x12", 400, "expected an address");
    problem("/api/v1/payers/" + Contracts.numbered(99), 404, "the index knows no payer 0x");
    problem("/api/v1/nothing", 404, "");
    given()
        .when()
        .post("/status")
        .then()
        .statusCode(405)
        .contentType("application/problem+json")
        .body("title", equalTo("Method Not Allowed"));
  }

  @Test
  void readinessSaysWhatIsMissingWhileTheNodeFails() {
    awaitIndexed();
    patiently()
        .untilAsserted(
            () ->
                answer("/q/health/ready", 200)
                    .body("checks.name", hasItems("chain", "outbox"))
                    .body("checks.name", hasItems(containsString("Database"))));
    node.onChain(5);
    for (int i = 0; i < 3; i++) {
      node.failNext("eth_getBlockByNumber", 503, "");
    }

    patiently()
        .untilAsserted(
            () ->
                given()
                    .when()
                    .get("/q/health/ready")
                    .then()
                    .statusCode(503)
                    .body("checks.data.detail", hasItems(containsString("expected chain id"))));
    answer("/q/health/live", 200);

    node.onChain(Contracts.CHAIN_ID);
    patiently().untilAsserted(() -> answer("/q/health/ready", 200));
  }

  @Test
  void anIndexThatIsTooFarBehindTheHeadIsNotAvailableUntilItHasCaughtUp() {
    awaitIndexed();
    long indexed = chain.head().number();
    CountDownLatch logs = new CountDownLatch(1);
    node.beforeAnswer(
        method -> {
          if (method.equals("eth_getLogs") && chain.head().number() > indexed) {
            released(logs);
          }
        });
    chain.blocks(25);

    try {
      patiently()
          .untilAsserted(
              () ->
                  answer("/status", 503)
                      .body("lagBlocks", equalTo(25))
                      .body("head", equalTo((int) chain.head().number()))
                      .body(
                          "detail", containsString("at most 20 blocks behind the head, found 25")));
      answer("/health", 503)
          .body("status", equalTo("unavailable"))
          .body("detail", containsString("at most 20 blocks behind the head, found 25"));
      answer("/q/health/ready", 503).body("checks.data.lagBlocks", hasItems(25));
      answer("/q/health/live", 200);
    } finally {
      logs.countDown();
    }
    awaitIndexed();
    answer("/health", 200).body("status", equalTo("ok"));
    node.beforeAnswer(_ -> {});
  }

  @Test
  void theServiceGoesOnAfterItsDatabaseSessionsWereCut() throws SQLException {
    awaitIndexed();

    try (Connection connection = DriverManager.getConnection(SERVICE.jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.executeQuery(
          """
          select pg_terminate_backend(pid) from pg_stat_activity
           where usename = current_user and pid <> pg_backend_pid()""");
    }
    chain.block(Contracts.productAdded(8, "https://after.example"));

    awaitIndexed();
    patiently().untilAsserted(() -> answer("/api/v1/providers/8", 200));
    try (Topics topics = Topics.from(SERVICE.kafka(), true)) {
      patiently().until(() -> topics.of(Topic.PROVIDERS).containsKey("fwss/8"));
    }
  }

  @Test
  void metersAndOpenApiAreThere() {
    awaitIndexed();

    String metrics = given().when().get("/q/metrics").then().statusCode(200).extract().asString();
    assertThat(metrics)
        .contains(
            "filcdn_indexer_head_block",
            "filcdn_indexer_indexed_block",
            "filcdn_indexer_final_block",
            "filcdn_indexer_lag_blocks",
            "filcdn_indexer_undecodable_logs",
            "filcdn_indexer_halted",
            "filcdn_indexer_range_blocks",
            "filcdn_indexer_outbox_rows",
            "filcdn_indexer_unknown_logs_total",
            "filcdn_indexer_reorg_depth_blocks");
    assertThat(given().when().get("/q/openapi").then().statusCode(200).extract().asString())
        .contains("/api/v1/data-sets/{id}", "/status");
  }

  private static void released(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitIndexed() {
    patiently()
        .untilAsserted(
            () ->
                answer("/status", 200)
                    .body("indexed.number", equalTo((int) chain.head().number())));
  }

  private static ValidatableResponse answer(String path, int status) {
    return given().when().get(path).then().statusCode(status);
  }

  private static JsonNode get(String path) throws JsonProcessingException {
    String json =
        given()
            .urlEncodingEnabled(false)
            .when()
            .get(path)
            .then()
            .statusCode(200)
            .extract()
            .asString();
    return JSON.readTree(json);
  }

  private static void problem(String path, int status, String detail) {
    answer(path, status)
        .contentType(startsWith("application/problem+json"))
        .header("Cache-Control", "no-store")
        .body("status", equalTo(status))
        .body("detail", containsString(detail));
  }
}
