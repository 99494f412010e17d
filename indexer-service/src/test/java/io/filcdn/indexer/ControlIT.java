package io.filcdn.indexer;

import static io.filcdn.indexer.Patience.patiently;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeChain;
import io.filcdn.indexer.fake.FakeLog;
import io.filcdn.indexer.fake.FakeNode;
import io.filcdn.indexer.fake.FakePieces;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What others may tell and ask of the service: webhooks, administration, health. */
class ControlIT {

  /** The head is not polled, so that only a webhook makes the indexer look. */
  @RegisterExtension
  static final PackagedIndexer SERVICE =
      new PackagedIndexer(
          Map.of(
              "filcdn.indexer.head.poll", "1h",
              "filcdn.indexer.recheck.every", "1h",
              "filcdn.indexer.webhook.secret", "hush",
              "filcdn.admin.token", "sesame"));

  private final FakeChain chain = SERVICE.chain();
  private final FakeNode node = SERVICE.node();

  @Test
  void aWebhookMakesTheIndexLookAtTheHeadAtOnce() {
    chain.block(Contracts.dataSetCreated(21, 3, Contracts.numbered(5)));

    post("fwss/service-terminated", "{\"data_set_id\": \"21\", \"block_number\": 5}", 200);

    patiently().untilAsserted(() -> given().get("/api/v1/data-sets/21").then().statusCode(200));
  }

  @Test
  void aWebhookForABlockOfTheIndexHasItReadAgain() {
    FakeLog created = Contracts.dataSetCreated(22, 3, Contracts.numbered(5));
    node.hide(created);
    chain.block(created);
    post("fwss/service-terminated", "{\"data_set_id\": \"22\", \"block_number\": 99999}", 200);
    patiently().until(this::isAtHead);
    given().get("/api/v1/data-sets/22").then().statusCode(404);

    node.hideNothing();
    String hint =
        "{\"id\": \"a\", \"data_set_id\": \"22\", \"cdn_amount_added\": \"1\","
            + " \"cache_miss_amount_added\": \"1\", \"block_number\": "
            + chain.head().number()
            + "}";
    for (int i = 0; i < 5; i++) {
      post("fwss/cdn-payment-rails-topped-up", hint, 200);
    }

    patiently().untilAsserted(() -> given().get("/api/v1/data-sets/22").then().statusCode(200));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fwss/data-set-created | {'data_set_id':'1','provider_id':'2','payer':'0x70997970C51812dc3A010C7d01b50e0d17dc79C8','metadata_keys':['withCDN'],'metadata_values':['']}",
        "fwss/piece-added | {'data_set_id':'1','piece_id':'0','piece_cid':'0x0155','metadata_keys':[],'metadata_values':[]}",
        "fwss/cdn-service-terminated | {'data_set_id':'1','block_number':7}",
        "pdp-verifier/pieces-removed | {'data_set_id':'1','piece_ids':['1','2']}",
        "service-provider-registry/product-added | {'provider_id':'1','product_type':'0','capability_keys':'serviceURL','capability_values':'0x68','block_number':7}",
        "service-provider-registry/product-updated | {'provider_id':1,'product_type':0,'capability_keys':'','capability_values':'','block_number':7}",
        "service-provider-registry/product-removed | {'provider_id':'1','product_type':'0'}",
        "service-provider-registry/provider-removed | {'provider_id':'1','product_type':'0'}",
        "filbeam-operator/cdn-payment-settled | {'data_set_id':'1','block_number':7}"
      })
  void rowsAsGoldskySendsThemAreAccepted(String path, String row) {
    post(path, row.replace('\'', '"'), 200);
    post(path, row.replace('\'', '"'), 200);
    String without = row.replaceFirst("'(data_set_id|provider_id)':", "'other':");
    post(path, without.replace('\'', '"'), 400);
  }

  @Test
  void whatIsNoWebhookIsRefused() {
    String row = "{\"data_set_id\": \"1\", \"block_number\": 7}";
    given().body(row).post("/fwss/service-terminated").then().statusCode(401);
    withSecret("wrong").body(row).post("/fwss/service-terminated").then().statusCode(401);
    withSecret("hush").get("/fwss/service-terminated").then().statusCode(405);
    post("fwss/nothing", row, 404);
    withSecret("hush").body(row).post("/nobody/nothing").then().statusCode(404);
    post("fwss/service-terminated", "no json", 400);
    post("fwss/service-terminated", "", 400);
    post("fwss/service-terminated", "[]", 400);
    post("fwss/service-terminated", "{\"data_set_id\": \"-1\", \"block_number\": 7}", 400);
    withSecret("hush")
        .body("{\"data_set_id\": \"1\", \"block_number\": \"seven\"}")
        .post("/fwss/service-terminated")
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("detail", equalTo("block_number: expected a block number, found \"seven\""));
    post("fwss/service-terminated", "{\"data_set_id\": \"" + "1".repeat(3_000_000) + "\"}", 413);
  }

  /** Whoever has the secret can have the chain read, and nothing else. */
  @Test
  void whatAForgedWebhookSaysIsNotInTheIndexHoweverOftenItComes() {
    String row =
        "{'id':'a','data_set_id':'77','provider_id':'2','payer':'0x70997970C51812dc3A010C7d01b50e0d17dc79C8',"
            + "'piece_id':'0','piece_cid':'0x0155','metadata_keys':['withCDN'],"
            + "'metadata_values':[''],'cdn_amount_added':'1','cache_miss_amount_added':'1',"
            + "'block_number':1}";
    try (Topics topics = Topics.from(SERVICE.kafka(), true)) {
      for (int i = 0; i < 100; i++) {
        post("fwss/data-set-created", row.replace('\'', '"'), 200);
        post("fwss/piece-added", row.replace('\'', '"'), 200);
        post("fwss/cdn-payment-rails-topped-up", row.replace('\'', '"'), 200);
      }
      chain.block(Contracts.dataSetCreated(24, 3, Contracts.numbered(5)));
      wakeUp();

      patiently().until(() -> topics.of(Topic.DATA_SETS).containsKey("fwss/24"));
      assertThat(topics.of(Topic.DATA_SETS)).doesNotContainKey("fwss/77");
    }
    given().get("/api/v1/data-sets/77").then().statusCode(404);
  }

  @Test
  void whatIsPackedIsNotUnpacked() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("{\"data_set_id\": \"1\", \"block_number\": 7}".getBytes(StandardCharsets.UTF_8));
    }

    withSecret("hush")
        .header("Content-Encoding", "gzip")
        .body(packed.toByteArray())
        .post("/fwss/service-terminated")
        .then()
        .statusCode(400);
  }

  @Test
  void healthNeedsNoSecretAndSaysWhatIsMissing() {
    chain.block();
    wakeUp();
    patiently().until(this::isAtHead);
    given().get("/health").then().statusCode(200).body("status", equalTo("ok"));

    node.onChain(5);
    for (int i = 0; i < 3; i++) {
      node.failNext("eth_getBlockByNumber", 503, "");
    }
    wakeUp();
    patiently()
        .untilAsserted(
            () ->
                given()
                    .get("/health")
                    .then()
                    .statusCode(503)
                    .body("detail", containsString("expected chain id")));
    given().get("/status").then().body("nodes[0].failure", containsString("expected chain id"));

    node.onChain(Contracts.CHAIN_ID);
    patiently().untilAsserted(() -> given().get("/health").then().statusCode(200));
  }

  @Test
  void anOperatorPublishesEverythingOnceMore() {
    chain.block(
        Contracts.dataSetCreated(23, 3, Contracts.numbered(6)),
        Contracts.pieceAdded(23, 1, FakePieces.numbered(5)));
    wakeUp();
    patiently().until(this::isAtHead);
    given()
        .post("/api/v1/admin/republish")
        .then()
        .statusCode(401)
        .header("WWW-Authenticate", "Bearer")
        .contentType("application/problem+json")
        .body("code", equalTo("token-unknown"));
    admin("wrong").post("/api/v1/admin/republish").then().statusCode(401);
    admin("sesame").post("/api/v1/admin/republish?topic=filcdn.egress").then().statusCode(400);

    try (Topics topics = Topics.from(SERVICE.kafka(), false)) {
      admin("sesame").post("/api/v1/admin/republish").then().statusCode(202);
      wakeUp();
      patiently()
          .until(
              () ->
                  topics.of(Topic.PLACEMENTS).size() == 1
                      && topics.of(Topic.DATA_SETS).containsKey("fwss/23"));
    }
  }

  @Test
  void onlyAHaltedIndexIsRewound() {
    admin("sesame").post("/api/v1/admin/rewind?block=1").then().statusCode(409);
    admin("sesame").post("/api/v1/admin/rewind").then().statusCode(400);
    admin("sesame").post("/api/v1/admin/rewind?block=x").then().statusCode(400);
    given().post("/api/v1/admin/rewind?block=1").then().statusCode(401);
  }

  private boolean isAtHead() {
    Integer indexed = given().get("/status").path("indexed.number");
    return indexed != null && indexed == chain.head().number();
  }

  private static void wakeUp() {
    post("fwss/service-terminated", "{\"data_set_id\": \"1\", \"block_number\": 99999}", 200);
  }

  private static void post(String path, String row, int status) {
    withSecret("hush").body(row).post("/" + path).then().statusCode(status);
  }

  private static RequestSpecification withSecret(String secret) {
    return given().contentType(ContentType.JSON).header("X-Webhook-Secret", secret);
  }

  private static RequestSpecification admin(String token) {
    return given().header("Authorization", "Bearer " + token);
  }
}
