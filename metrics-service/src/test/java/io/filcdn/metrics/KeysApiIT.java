package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.indexed;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.accounts.SignIn.Challenge;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.infra.TopicContents;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-in and keys as payers, operators and strangers see them: by HTTP. */
class KeysApiIT {

  private static final Path LOG = Path.of("target", "keys-api-it.log");
  private static final String KEYS = "/api/v1/keys";
  private static final String SESSIONS = "/api/v1/sessions";

  /** A devnet on which payers can sign in; all that is logged is in a file too. */
  @RegisterExtension
  static final PackagedService SERVICE =
      new PackagedService(
          Map.of(
              "filcdn.network", "../deploy/networks/devnet.json",
              "filcdn.metrics.accounts.domain", "stats.example.com",
              "filcdn.metrics.accounts.attempts-per-minute", "1000",
              "filcdn.metrics.accounts.sign-ins-per-payer", "1000",
              "filcdn.admin.token", "operators-know-this",
              "quarkus.log.file.enabled", "true",
              "quarkus.log.file.path", LOG.toString(),
              "quarkus.log.category.\"io.filcdn\".level", "DEBUG",
              "quarkus.http.access-log.enabled", "true"));

  private final Wallet wallet = Wallet.of(DevnetAccount.PAYER);

  @BeforeEach
  void tellOfADataSet() {
    new Database(SERVICE.stack().dataSource())
        .run(connection -> new PostgresDataSets().keepNewer(connection, List.of(indexed(12, 1))));
  }

  private static Challenge challenge() {
    return given().post(SESSIONS + "/nonce").then().statusCode(200).extract().as(Challenge.class);
  }

  private static ValidatableResponse post(String message, String signature) {
    return given()
        .contentType(ContentType.JSON)
        .body(Map.of("message", message, "signature", signature))
        .post(SESSIONS)
        .then();
  }

  private String message(Challenge challenge) {
    return wallet.message(challenge, Clock.systemUTC().instant());
  }

  private String signIn() {
    String message = message(challenge());
    return post(message, wallet.sign(message))
        .statusCode(201)
        .header("Cache-Control", "no-store")
        .body("payer", equalTo(wallet.address().hex()))
        .extract()
        .path("token");
  }

  private static RequestSpecification as(String token) {
    return given().header("Authorization", "Bearer " + token).contentType(ContentType.JSON);
  }

  private static String unique() {
    return "app " + UUID.randomUUID();
  }

  private static JsonPath made(String token, String body) {
    return as(token)
        .body(body)
        .post(KEYS)
        .then()
        .statusCode(201)
        .header("Cache-Control", "no-store")
        .extract()
        .jsonPath();
  }

  @Test
  void aKeyIsMadeRotatedRevokedAndNoTableTopicOrLogCanUseIt() throws Exception {
    String name = unique();
    String token = signIn();
    JsonPath first =
        made(
            token,
            """
            {"name":"%s","scopes":["download"],"expires":"2099-01-01T00:00:00Z",
             "limits":{"bytesPerMonth":"50000000000",
               "origins":["https://a.example","https://b.example"],"networks":["2001:db8::/32"]}}
            """
                .formatted(name));
    String id = first.getString("details.id");
    assertThat(first.getString("key")).startsWith("fcdn_devnet_" + id + "_");
    assertThat(first.getMap("details.limits"))
        .containsOnlyKeys("bytesPerMonth", "origins", "networks")
        .containsEntry("bytesPerMonth", "50000000000");

    JsonPath second =
        as(token)
            .body("{\"overlap\":\"PT10M\"}")
            .post(KEYS + "/" + id + "/rotate")
            .then()
            .statusCode(201)
            .extract()
            .jsonPath();
    assertThat(second.getString("key")).startsWith("fcdn_devnet_" + id + "_");
    assertThat(second.getList("details.secrets")).hasSize(2);
    as(token)
        .get(KEYS + "/" + id)
        .then()
        .statusCode(200)
        .body("name", equalTo(name))
        .body("", not(hasKey("revoked")))
        .body("secrets[1]", not(hasKey("expires")));

    as(token).delete(KEYS + "/" + id).then().statusCode(204);
    as(token).delete(KEYS + "/" + id).then().statusCode(204);
    as(token).get(KEYS).then().statusCode(200).body("keys.id", hasItem(id));
    as(token).get(KEYS + "/" + id).then().body("", hasKey("revoked"));
    as(token).post(KEYS + "/" + id + "/rotate").then().statusCode(409);
    JsonPath admin = made(token, "{\"name\":\"%s\",\"scopes\":[\"admin\"]}".formatted(unique()));
    as(admin.getString("key")).get(KEYS).then().statusCode(200);
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(topics()).contains(id).contains("\"revoked\""));

    String everything = tables() + topics() + Files.readString(LOG);
    assertThat(everything).contains(id).contains(wallet.address().hex());
    for (String secret :
        List.of(token, first.getString("key"), second.getString("key"), admin.getString("key"))) {
      assertThat(everything)
          .doesNotContain(secret)
          .doesNotContain(secret.substring(secret.lastIndexOf('_') + 1));
    }
  }

  private String tables() {
    return new Database(SERVICE.stack().dataSource()).call(KeysApiIT::dump);
  }

  private static String dump(Connection connection) throws SQLException {
    List<String> rows = new ArrayList<>();
    for (String table :
        column(
            connection,
            "select quote_ident(table_name) from information_schema.tables"
                + " where table_schema = 'public'")) {
      rows.addAll(column(connection, "select t::text from %s t".formatted(table)));
    }
    return String.join("\n", rows);
  }

  private static List<String> column(Connection connection, String query) throws SQLException {
    List<String> values = new ArrayList<>();
    try (ResultSet rows = connection.createStatement().executeQuery(query)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }

  private static String topics() {
    String brokers = SERVICE.stack().bootstrapServers();
    StringBuilder all = new StringBuilder();
    Arrays.stream(Topic.values())
        .flatMap(
            topic ->
                TopicContents.of(Map.of("bootstrap.servers", brokers), topic.topicName()).stream())
        .forEach(record -> all.append(record.key()).append(' ').append(record.value()));
    return all.toString();
  }

  @Test
  void whatIsSignedForAnotherServiceOrByAnotherIsRefused() {
    Challenge challenge = challenge();
    String good = message(challenge);
    for (String wrong :
        List.of(
            good.replace("stats.example.com wants", "evil.example wants"),
            good.replace("stats.example.com wants", "stats.example.com:8443 wants"))) {
      post(wrong, wallet.sign(wrong)).statusCode(401).body("code", equalTo("domain-wrong"));
    }
    String chain = good.replaceFirst("Chain ID: [0-9]+", "Chain ID: 314");
    post(chain, wallet.sign(chain)).statusCode(401).body("code", equalTo("chain-wrong"));
    String expired = good + "\nExpiration Time: 2020-01-01T00:00:00Z";
    post(expired, wallet.sign(expired)).statusCode(401).body("code", equalTo("message-expired"));
    String nonce = good.replace(challenge.nonce(), "0".repeat(80));
    post(nonce, wallet.sign(nonce)).statusCode(401).body("code", equalTo("nonce-unknown"));
    String other = Wallet.of(DevnetAccount.SECOND_PAYER).sign(good);
    post(good, other).statusCode(401).body("code", equalTo("signature-wrong"));
    post(good, wallet.sign(good + " ")).statusCode(401).body("code", equalTo("signature-wrong"));
    post(good, "0x" + "00".repeat(65)).statusCode(401).body("code", equalTo("signature-wrong"));
    post(good, "0x12").statusCode(400).body("code", equalTo("signature-malformed"));

    post(good, wallet.sign(good)).statusCode(201);
    post(good, wallet.sign(good)).statusCode(401).body("code", equalTo("nonce-used"));
  }

  @Test
  void aWalletThatPaysForNothingIsRefused() {
    Wallet stranger = Wallet.of(DevnetAccount.OUTSIDER);
    String message = stranger.message(challenge(), Clock.systemUTC().instant());

    post(message, stranger.sign(message)).statusCode(403).body("code", equalTo("payer-unknown"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"name\":\"\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"  \",\"scopes\":[\"pin\"]}",
        "{\"name\":\"a\\u0000b\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"a\\nb\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"\\ud800\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"a\\u0085b\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"a\\u009bb\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"a\\u2028b\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"a\\u202eb\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"a\\u2066b\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"a\\u200fb\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"0123456789012345678901234567890123456789012345678901234567890123456\",\"scopes\":[\"pin\"]}",
        "{\"name\":\"a\"}",
        "{\"name\":\"a\",\"scopes\":[]}",
        "{\"name\":\"a\",\"scopes\":[null]}",
        "{\"name\":\"a\",\"scopes\":[\"root\"]}",
        "{\"name\":\"a\",\"scopes\":\"pin\"}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"limit\":{}}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"limits\":{\"orgins\":[]}}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"limits\":{\"bytes\":\"0\"}}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"limits\":{\"origins\":[]}}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"limits\":{\"payers\":null}}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"limits\":{\"bytesPerDay\":null}}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"limits\":null}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"expires\":\"2020-01-01T00:00:00Z\"}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"expires\":\"9999-06-01T00:00:00Z\"}",
        "{\"name\":\"a\",\"scopes\":[\"pin\"],\"expires\":\"+999999999-01-01T00:00:00Z\"}"
      })
  void whatIsNoKeyIsRefused(String body) {
    as(signIn())
        .body(body)
        .post(KEYS)
        .then()
        .statusCode(400)
        .body("code", equalTo("key-malformed"))
        .body("detail", containsString("expected"));
  }

  @Test
  void aNameMayHaveLettersOfAnyLanguageAndPictures() {
    String name = "приложение 应用 👩‍💻 " + UUID.randomUUID().toString().substring(0, 8);

    assertThat(
            made(signIn(), "{\"name\":\"%s\",\"scopes\":[\"pin\"]}".formatted(name))
                .getString("details.name"))
        .isEqualTo(name);
  }

  /**
   * Texts that would do something where they were part of a statement, kept and found as they are.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x'); delete from access_key; --",
        "' or '1'='1",
        "$$; select pg_sleep(60); $$",
        "\\\\'; commit; --",
        "%_?:name {0} ${name}"
      })
  void aNameIsNoPartOfAStatement(String text) {
    String name = text + UUID.randomUUID().toString().substring(0, 8);
    String token = signIn();
    String id =
        made(token, "{\"name\":\"%s\",\"scopes\":[\"pin\"]}".formatted(name))
            .getString("details.id");

    as(token)
        .get(KEYS + "/" + id)
        .then()
        .statusCode(200)
        .body("name", equalTo(name.replace("\\\\", "\\")));
  }

  @Test
  void aKeyShowsThatNothingOfItIsUsedYet() {
    String token = signIn();
    String id =
        made(token, "{\"name\":\"%s\",\"scopes\":[\"download\"]}".formatted(unique()))
            .getString("details.id");

    as(token)
        .get(KEYS + "/" + id)
        .then()
        .body("used.bytes", equalTo("0"))
        .body("used.bytesToday", equalTo("0"))
        .body("used.bytesThisMonth", equalTo("0"))
        .body("", not(hasKey("lastUsed")));
  }

  @Test
  void bodiesAreBounded() {
    as(signIn()).body("x".repeat(70_000)).post(KEYS).then().statusCode(413);
    as(signIn()).body("[".repeat(2_000)).post(KEYS).then().statusCode(400);
    post("a".repeat(60_000), "0x").statusCode(400).body("code", equalTo("message-malformed"));
  }

  @Test
  void anotherPayersKeyIsAsUnknownAsNone() {
    String id =
        made(signIn(), "{\"name\":\"%s\",\"scopes\":[\"pin\"]}".formatted(unique()))
            .getString("details.id");
    new Database(SERVICE.stack().dataSource())
        .run(
            connection ->
                connection
                    .createStatement()
                    .execute(
                        "update access_key set payer = '0x%s', record = replace(record, '%s', '0x%s') where id = '%s'"
                            .formatted(
                                "1".repeat(40), wallet.address().hex(), "1".repeat(40), id)));

    for (String unknown : List.of(id, "000000000000")) {
      as(signIn()).get(KEYS + "/" + unknown).then().statusCode(404);
      as(signIn()).delete(KEYS + "/" + unknown).then().statusCode(404);
      as(signIn()).post(KEYS + "/" + unknown + "/rotate").then().statusCode(404);
    }
    as(signIn()).get(KEYS).then().body("keys.id", not(hasItem(id)));
    as(signIn()).get(KEYS + "/no-id").then().statusCode(400);
  }

  @Test
  void aNameIsTakenUntilItsKeyIsRevoked() {
    String token = signIn();
    String body = "{\"name\":\"%s\",\"scopes\":[\"pin\"]}".formatted(unique());
    String id = made(token, body).getString("details.id");

    as(token).body(body).post(KEYS).then().statusCode(409).body("code", equalTo("name-taken"));
    as(token).delete(KEYS + "/" + id).then().statusCode(204);
    assertThat(made(token, body).getString("details.id")).isNotEqualTo(id);
  }

  @Test
  void keysAreListedInPages() {
    String token = signIn();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.addFirst(
          made(token, "{\"name\":\"%s\",\"scopes\":[\"pin\"]}".formatted(unique()))
              .getString("details.id"));
    }

    JsonPath first = as(token).get(KEYS + "?limit=2").then().statusCode(200).extract().jsonPath();
    assertThat(first.getList("keys.id")).isEqualTo(ids.subList(0, 2));
    as(token)
        .get(KEYS + "?limit=1&after=" + first.getLong("next"))
        .then()
        .body("keys.id", hasSize(1))
        .body("keys.id[0]", equalTo(ids.get(2)));
    as(token).get(KEYS + "?limit=0").then().statusCode(400);
    as(token).get(KEYS + "?after=x").then().statusCode(400);
  }

  @Test
  void onlyASessionOrAnAdministratorsKeyOpensTheApi() {
    String token = signIn();
    String download =
        made(token, "{\"name\":\"%s\",\"scopes\":[\"download\"]}".formatted(unique()))
            .getString("key");
    JsonPath admin = made(token, "{\"name\":\"%s\",\"scopes\":[\"admin\"]}".formatted(unique()));
    String key = admin.getString("key");

    as(key).get(KEYS).then().statusCode(200);
    for (String wrong :
        List.of(
            download,
            key.substring(0, key.length() - 1),
            key.replace("devnet", "mainnet"),
            "operators-know-this",
            "fcdns_" + "0".repeat(43),
            "")) {
      String body =
          as(wrong)
              .get(KEYS)
              .then()
              .statusCode(401)
              .header("WWW-Authenticate", "Bearer")
              .body("code", equalTo("token-unknown"))
              .extract()
              .asString();
      assertThat(wrong.isEmpty() || !body.contains(wrong)).isTrue();
    }
    given().get(KEYS).then().statusCode(401);
    as(token).delete(KEYS + "/" + admin.getString("details.id")).then().statusCode(204);
    as(key).get(KEYS).then().statusCode(401);
    as(token).delete(SESSIONS).then().statusCode(204);
    as(token).get(KEYS).then().statusCode(401);
  }

  @Test
  void anOperatorRevokesAndTheAuditSaysWhy() {
    String token = signIn();
    String id =
        made(token, "{\"name\":\"%s\",\"scopes\":[\"pin\"]}".formatted(unique()))
            .getString("details.id");
    String path = "/api/v1/admin/keys";

    as(token).body("abuse").post(path + "/" + id + "/revoke").then().statusCode(401);
    as("operators-know-this").body(" ").post(path + "/" + id + "/revoke").then().statusCode(400);
    as("operators-know-this")
        .body("reported abuse")
        .post(path + "/" + id + "/revoke")
        .then()
        .statusCode(200)
        .body("", hasKey("revoked"));
    as("operators-know-this")
        .body("reported abuse")
        .post(path + "/000000000000/revoke")
        .then()
        .statusCode(404);

    as("operators-know-this")
        .get(path + "?payer=" + wallet.address())
        .then()
        .statusCode(200)
        .body("keys.id", hasItem(id));
    as("operators-know-this")
        .get("/api/v1/admin/audit?limit=1")
        .then()
        .body("audit[0].action", equalTo("KEY_REVOKED"))
        .body("audit[0].subject", equalTo(id))
        .body("audit[0].detail", containsString("reported abuse"));
  }

  /** The example of {@code docs/access.md} as it stands there, with npm's viem as the client. */
  @Test
  void theExampleOfTheDocsWorksWithAStockClient() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "access.md"));
    int start = page.indexOf("```js") + "```js".length();
    Path folder = Files.createDirectories(Path.of("target", "access-example"));
    for (String file : List.of("package.json", "package-lock.json")) {
      Files.copy(
          Path.of("src", "test", "npm", file),
          folder.resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(
        folder.resolve("example.mjs"), page.substring(start, page.indexOf("```", start)));

    run(folder, "../../../common/npm-install.sh", "the example of docs/access.md");
    assertThat(run(folder, "node", "example.mjs")).contains("my app");
  }

  private static String run(Path folder, String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("API", "http://127.0.0.1:" + RestAssured.port);
    builder.environment().put("PAYER_KEY", DevnetAccount.PAYER.privateKey());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void theApiDescribesItself() {
    JsonPath document =
        given().get("/q/openapi?format=json").then().statusCode(200).extract().jsonPath();

    assertThat(document.getMap("paths").keySet().toString())
        .contains(KEYS + "/{id}/rotate", SESSIONS + "/nonce", "/api/v1/admin/keys/{id}/revoke");
    assertThat(document.getString("components.securitySchemes.payerToken.scheme"))
        .isEqualTo("bearer");
    assertThat(document.getList("components.schemas.KeyScope.enum"))
        .isEqualTo(List.of("download", "upload", "pin", "admin"));
    given().put(KEYS).then().statusCode(405).header("Allow", not(equalTo("GET, HEAD, OPTIONS")));
  }
}
