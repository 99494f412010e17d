package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.indexed;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
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
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The credit server as gateways, payers, operators and strangers see it: by HTTP. */
class CreditsApiIT {

  private static final Path LOG = Path.of("target", "credits-api-it.log");
  private static final String OPERATIONS = "/api/v1/credits/operations";
  private static final String GRANTS = "/api/v1/credits/grants";
  private static final String ADMIN = "/api/v1/admin/";
  private static final String OPERATOR = "operators-know-this";

  /** A devnet on which payers can sign in; all that is logged is in a file too. */
  @RegisterExtension
  static final PackagedService SERVICE =
      new PackagedService(
          Map.of(
              "filcdn.network", "../deploy/networks/devnet.json",
              "filcdn.metrics.accounts.domain", "stats.example.com",
              "filcdn.metrics.accounts.attempts-per-minute", "1000",
              "filcdn.metrics.accounts.sign-ins-per-payer", "1000",
              "filcdn.admin.token", OPERATOR,
              "quarkus.log.file.enabled", "true",
              "quarkus.log.file.path", LOG.toString(),
              "quarkus.log.category.\"io.filcdn\".level", "DEBUG",
              "quarkus.http.access-log.enabled", "true"));

  private final Wallet wallet = Wallet.of(DevnetAccount.PAYER);

  private static RequestSpecification as(String token) {
    return given().header("Authorization", "Bearer " + token).contentType(ContentType.JSON);
  }

  private static String unique() {
    return UUID.randomUUID().toString().substring(0, 18);
  }

  /** The token of a new service that may do everything with uploads, and nothing else. */
  private static JsonPath service(String... scopes) {
    return as(OPERATOR)
        .body(
            Map.of(
                "name",
                "s-" + unique(),
                "scopes",
                scopes.length > 0
                    ? List.of(scopes)
                    : List.of("reserve:uploadBytes", "grant:uploadBytes", "read:uploadBytes")))
        .post(ADMIN + "credit-services")
        .then()
        .statusCode(201)
        .header("Cache-Control", "no-store")
        .extract()
        .jsonPath();
  }

  private static String grant(String account, long amount) {
    return "{\"id\":\"%s\",\"account\":\"%s\",\"kind\":\"uploadBytes\",\"amount\":\"%d\",\"source\":\"free\"}"
        .formatted(unique(), account, amount);
  }

  private static ValidatableResponse operate(String token, String... operations) {
    return as(token)
        .body("{\"operations\":[" + String.join(",", operations) + "]}")
        .post(OPERATIONS)
        .then();
  }

  private static String reserve(String id, String account, long amount) {
    return "{\"op\":\"reserve\",\"id\":\"%s\",\"account\":\"%s\",\"kind\":\"uploadBytes\",\"amount\":\"%d\",\"seconds\":60}"
        .formatted(id, account, amount);
  }

  private static String commit(String id, long amount) {
    return "{\"op\":\"commit\",\"id\":\"%s\",\"amount\":\"%d\"}".formatted(id, amount);
  }

  private String signIn() {
    new Database(SERVICE.stack().dataSource())
        .run(connection -> new PostgresDataSets().keepNewer(connection, List.of(indexed(12, 1))));
    Challenge challenge =
        given().post("/api/v1/sessions/nonce").then().statusCode(200).extract().as(Challenge.class);
    String message = wallet.message(challenge, Clock.systemUTC().instant());
    return given()
        .contentType(ContentType.JSON)
        .body(Map.of("message", message, "signature", wallet.sign(message)))
        .post("/api/v1/sessions")
        .then()
        .statusCode(201)
        .extract()
        .path("token");
  }

  @Test
  void aGatewayGoesFromGrantToCommitAndNoTableTopicOrLogCanUseItsToken() throws Exception {
    JsonPath made = service();
    String token = made.getString("token");
    String account = "customer-" + unique();
    as(OPERATOR)
        .body(grant(account, 1000))
        .post(ADMIN + "credits/grants")
        .then()
        .statusCode(200)
        .body("remaining", equalTo("1000"))
        .body("madeBy", equalTo("operator"));

    operate(token, reserve("u1", account, 600), reserve("u2", account, 600))
        .statusCode(200)
        .body("results[0].reservation.state", equalTo("open"))
        .body("results[0].reservation.amount", equalTo("600"))
        .body("results[1].refused.code", equalTo("credit-short"))
        .body("results[1].refused.available", equalTo("400"));
    operate(token, commit("u1", 512), "{\"op\":\"void\",\"id\":\"u3\"}")
        .statusCode(200)
        .body("results[0].id", equalTo("u1"))
        .body("results[0].reservation.committed", equalTo("512"))
        .body("results[1].refused.code", equalTo("reservation-unknown"));

    as(token)
        .get("/api/v1/accounts/" + account + "/credits")
        .then()
        .statusCode(200)
        .header("Cache-Control", "no-store")
        .body("balances", hasSize(1))
        .body("balances[0].kind", equalTo("uploadBytes"))
        .body("balances[0].available", equalTo("488"))
        .body("balances[0].held", equalTo("0"))
        .body("balances[0].used", equalTo("512"));
    as(token)
        .get("/api/v1/accounts/" + account + "/credits/ledger")
        .then()
        .body("entries.cause", equalTo(List.of("commit", "commit", "reserve", "grant")))
        .body("entries[2].reservation.id", equalTo("u1"));
    as(OPERATOR)
        .get(ADMIN + "credits/accounts/" + account)
        .then()
        .body("stored.balances[1].used", equalTo("512"))
        .body("replayed.balances[1].used", equalTo("512"));

    await().atMost(Duration.ofMinutes(1)).until(() -> topic().contains(account));
    assertThat(dump() + topic() + Files.readString(LOG))
        .contains(made.getString("id"), account)
        .doesNotContain(token)
        .doesNotContain(token.substring(token.lastIndexOf('_') + 1));
  }

  private String dump() {
    return new Database(SERVICE.stack().dataSource())
        .call(
            connection -> {
              List<String> rows = new ArrayList<>();
              List<String> tables = new ArrayList<>();
              try (ResultSet found =
                  connection
                      .createStatement()
                      .executeQuery(
                          "select quote_ident(table_name) from information_schema.tables"
                              + " where table_schema = 'public'")) {
                while (found.next()) {
                  tables.add(found.getString(1));
                }
              }
              for (String table : tables) {
                try (ResultSet found =
                    connection
                        .createStatement()
                        .executeQuery("select t::text from %s t".formatted(table))) {
                  while (found.next()) {
                    rows.add(found.getString(1));
                  }
                }
              }
              return String.join("\n", rows);
            });
  }

  private static String topic() {
    String brokers = SERVICE.stack().bootstrapServers();
    StringBuilder all = new StringBuilder();
    TopicContents.of(Map.of("bootstrap.servers", brokers), Topic.CREDITS.topicName())
        .forEach(record -> all.append(record.key()).append(' ').append(record.value()));
    return all.toString();
  }

  @Test
  void onlyATokenOpensTheApiAndOnlyWithinItsScopes() {
    JsonPath made = service("reserve:uploadBytes");
    String token = made.getString("token");
    String account = "customer-" + unique();
    for (String wrong :
        List.of(
            token.substring(0, token.length() - 1),
            token.replace("devnet", "mainnet"),
            OPERATOR,
            "fcdns_" + "0".repeat(43),
            "")) {
      for (String path : List.of(OPERATIONS, GRANTS)) {
        String body =
            as(wrong)
                .body("{}")
                .post(path)
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", "Bearer")
                .body("code", equalTo("token-unknown"))
                .extract()
                .asString();
        assertThat(wrong.isEmpty() || !body.contains(wrong)).isTrue();
      }
      as(wrong).get("/api/v1/accounts/" + account + "/credits").then().statusCode(401);
    }
    as(token)
        .body(grant(account, 1))
        .post(GRANTS)
        .then()
        .statusCode(403)
        .body("code", equalTo("scope-missing"));
    as(token).get("/api/v1/accounts/" + account + "/credits").then().statusCode(403);
    as(token).get(ADMIN + "credits/accounts").then().statusCode(401);
    operate(
            token,
            reserve("x", account, 1).replace("uploadBytes", "downloadBytes"),
            reserve("y", account, 1))
        .statusCode(200)
        .body("results[0].refused.code", equalTo("scope-missing"))
        .body("results[1].refused.code", equalTo("credit-short"));
  }

  @Test
  void aTokenIsReplacedAndTakenBackEverywhereWithinSeconds() {
    JsonPath made = service();
    String name = made.getString("service");
    String tokens = ADMIN + "credit-services/" + name + "/tokens";
    JsonPath next = as(OPERATOR).post(tokens).then().statusCode(201).extract().jsonPath();
    operate(made.getString("token"), commit("x", 1)).statusCode(200);
    operate(next.getString("token"), commit("x", 1)).statusCode(200);

    String revoke = tokens + "/" + made.getString("id") + "/revoke";
    as(OPERATOR).body(" ").post(revoke).then().statusCode(400);
    as(OPERATOR).body("replaced").post(revoke).then().statusCode(204);
    as(OPERATOR).body("replaced").post(revoke).then().statusCode(204);

    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> operate(made.getString("token"), commit("x", 1)).extract().statusCode() == 401);
    operate(next.getString("token"), commit("x", 1)).statusCode(200);
    as(OPERATOR)
        .get(ADMIN + "credit-services?limit=1000")
        .then()
        .body(
            "services.find { it.name == '%s' }.tokens.id".formatted(name),
            equalTo(List.of(next.getString("id"))));
    for (int i = 0; i < 3; i++) {
      as(OPERATOR).post(tokens).then().statusCode(201);
    }
    as(OPERATOR).post(tokens).then().statusCode(409).body("code", equalTo("too-many-tokens"));
    as(OPERATOR).post(tokens.replace(name, "nobody")).then().statusCode(404);
    as(OPERATOR)
        .body(Map.of("name", name, "scopes", List.of("read:uploadBytes")))
        .post(ADMIN + "credit-services")
        .then()
        .statusCode(409)
        .body("code", equalTo("name-taken"));
    as(OPERATOR)
        .get(ADMIN + "audit?limit=1000")
        .then()
        .body("audit.action", hasItem("CREDIT_TOKEN_MADE"))
        .body("audit.action", hasItem("CREDIT_TOKEN_REVOKED"))
        .body("audit.subject", hasItem("service " + name));
  }

  @Test
  void aPayerLooksAtHisOwnAccountAndAtNoOther() {
    String session = signIn();
    String own = wallet.address().hex();
    as(OPERATOR).body(grant(own, 7)).post(ADMIN + "credits/grants").then().statusCode(200);

    as(session)
        .get("/api/v1/accounts/" + own.toUpperCase(Locale.ROOT).replace("0X", "0x") + "/credits")
        .then()
        .statusCode(200)
        .body("account", equalTo(own))
        .body("balances", hasSize(3))
        .body("balances[1].available", equalTo("7"))
        .body("onChain.cdnBytes", equalTo("0"));
    as(session)
        .get("/api/v1/accounts/" + own + "/credits/grants")
        .then()
        .body("grants[0].source", equalTo("free"));
    as(session)
        .get("/api/v1/accounts/" + own + "/credits/ledger")
        .then()
        .body("entries", hasSize(1));
    for (String other : List.of("customer-1", "0x" + "1".repeat(40))) {
      as(session)
          .get("/api/v1/accounts/" + other + "/credits")
          .then()
          .statusCode(403)
          .body("code", equalTo("account-foreign"));
    }
    operate(session, commit("x", 1)).statusCode(401);
  }

  @Test
  void anOperatorGrantsRevokesRefundsAndTheAuditSaysWhy() {
    String account = "customer-" + unique();
    String body = grant(account, 100);
    long number =
        as(OPERATOR)
            .body(body)
            .post(ADMIN + "credits/grants")
            .then()
            .statusCode(200)
            .extract()
            .jsonPath()
            .getLong("number");
    as(OPERATOR)
        .body(body)
        .post(ADMIN + "credits/grants")
        .then()
        .statusCode(200)
        .body("number", equalTo((int) number));
    as(OPERATOR)
        .body(body.replace("\"100\"", "\"101\""))
        .post(ADMIN + "credits/grants")
        .then()
        .statusCode(409)
        .body("code", equalTo("id-taken"));
    String path = ADMIN + "credits/grants/" + number;

    as(OPERATOR)
        .body("a mistake")
        .post(path + "/revoke")
        .then()
        .statusCode(200)
        .body("ended", equalTo("revoked"));
    as(OPERATOR)
        .body("{\"reference\":\"0xabc\",\"why\":\"asked for\"}")
        .post(path + "/refund")
        .then()
        .statusCode(200)
        .body("ended", equalTo("refunded"))
        .body("remaining", equalTo("100"))
        .body("refundReference", equalTo("0xabc"));
    as(OPERATOR)
        .body("{\"reference\":\"0xdef\",\"why\":\"asked for\"}")
        .post(path + "/refund")
        .then()
        .statusCode(409)
        .body("code", equalTo("grant-ended"));
    as(OPERATOR).body("{\"reference\":\"\"}").post(path + "/refund").then().statusCode(400);
    as(OPERATOR).body("why").post(ADMIN + "credits/grants/999999999/revoke").then().statusCode(404);

    as(OPERATOR)
        .get(ADMIN + "credits/accounts?limit=1000")
        .then()
        .body("accounts", hasItem(account));
    as(OPERATOR)
        .get(ADMIN + "credits/accounts/" + account + "/ledger?limit=2")
        .then()
        .body("entries.cause", equalTo(List.of("refund", "revocation")));
    as(OPERATOR)
        .get(ADMIN + "credits/accounts/" + account + "/grants")
        .then()
        .body("grants.number", equalTo(List.of((int) number)));
    as(OPERATOR)
        .get(ADMIN + "audit?limit=3")
        .then()
        .body("audit.subject", hasItem("grant " + number))
        .body("audit.detail[0]", containsString("asked for"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"operations\":[]}",
        "{\"operations\":[null]}",
        "{\"operations\":[{}]}",
        "{\"operations\":[{\"op\":\"void\",\"id\":\"a\\u0000\"}]}",
        "{\"operations\":[{\"op\":\"void\",\"id\":\"a\",\"more\":1}]}",
        "{\"operations\":[{\"op\":\"commit\",\"id\":\"a\",\"amount\":5}]}",
        "{\"operations\":[{\"op\":\"commit\",\"id\":\"a\",\"amount\":\"1e3\"}]}"
      })
  void whatIsNoCallIsRefused(String body) {
    as(service().getString("token"))
        .body(body)
        .post(OPERATIONS)
        .then()
        .statusCode(400)
        .body("code", equalTo("operations-malformed"))
        .body("detail", containsString("expected"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\":\"operator\",\"scopes\":[\"read:uploadBytes\"]}",
        "{\"name\":\"A\",\"scopes\":[\"read:uploadBytes\"]}",
        "{\"name\":\"a\",\"scopes\":[]}",
        "{\"name\":\"a\",\"scopes\":[\"read\"]}",
        "{\"name\":\"a\",\"scopes\":[\"read:bytes\"]}"
      })
  void whatIsNoServiceIsRefused(String body) {
    as(OPERATOR)
        .body(body)
        .post(ADMIN + "credit-services")
        .then()
        .statusCode(400)
        .body("code", equalTo("service-malformed"));
  }

  @Test
  void callsAreBounded() {
    String token = service().getString("token");
    String[] tooMany = new String[1001];
    Arrays.setAll(tooMany, i -> commit("r" + i, 1));

    operate(token, tooMany).statusCode(400);
    operate(token, Arrays.copyOf(tooMany, 1000)).statusCode(200).body("results", hasSize(1000));
    as(token).body("x".repeat(600_000)).post(OPERATIONS).then().statusCode(413);
  }

  /** The example of {@code docs/credits.md} as it stands there. */
  @Test
  void theExampleOfTheDocsWorks() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "credits.md"));
    int start = page.indexOf("```bash") + "```bash".length();
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euc", page.substring(start, page.indexOf("```", start)));
    builder.environment().put("API", "http://127.0.0.1:" + RestAssured.port);
    builder.environment().put("ADMIN_TOKEN", OPERATOR);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output)
        .contains("\"available\":\"995800000\",\"held\":\"0\",\"used\":\"4200000\"")
        .doesNotContain("refused", "\"code\"");
  }

  @Test
  void theApiDescribesItself() {
    JsonPath document =
        given().get("/q/openapi?format=json").then().statusCode(200).extract().jsonPath();

    assertThat(document.getMap("paths").keySet().toString())
        .contains(OPERATIONS, GRANTS, "/api/v1/accounts/{account}/credits/ledger");
    assertThat(document.getString("components.securitySchemes.serviceToken.scheme"))
        .isEqualTo("bearer");
    assertThat(document.getList("components.schemas.CreditKind.enum"))
        .isEqualTo(List.of("downloadBytes", "uploadBytes", "pinByteSeconds"));
    given()
        .put(OPERATIONS)
        .then()
        .statusCode(405)
        .header("Allow", not(equalTo("GET, HEAD, OPTIONS")));
  }
}
