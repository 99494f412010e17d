package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.indexed;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.metrics.accounts.SignIn.Challenge;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.TypedDomain;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Policies as payers, operators and strangers see them: by HTTP. */
class PoliciesApiIT {

  private static final String POLICIES = "/api/v1/policies";
  private static final AtomicLong SERIALS = new AtomicLong();

  /** A devnet whose operators have a token. */
  @RegisterExtension
  static final PackagedService SERVICE =
      new PackagedService(
          Map.of(
              "filcdn.network", "../deploy/networks/devnet.json",
              "filcdn.metrics.accounts.domain", "stats.example.com",
              "filcdn.metrics.accounts.attempts-per-minute", "1000",
              "filcdn.metrics.accounts.sign-ins-per-payer", "1000",
              "filcdn.admin.token", "operators-know-this"));

  private final Wallet wallet = Wallet.of(DevnetAccount.PAYER);

  @BeforeEach
  void tellOfADataSet() {
    new Database(SERVICE.stack().dataSource())
        .run(connection -> new PostgresDataSets().keepNewer(connection, List.of(indexed(12, 1))));
  }

  private String message() {
    return """
    {"payer":"%s","dataSets":["12"],"access":"public","delegateKeyId":"0x%s","delegateJwk":"",
     "notBefore":"0","expires":"0","maxBytes":"0","maxBytesPerDay":"0","maxBytesPerDayOfKey":"0",
     "maxBytesPerDayOfClient":"0","origins":["https://a.example"],"cidrs":["2001:DB8::/32"],
     "pieces":[],"serial":"%d"}
    """
        .formatted(wallet.address(), "0".repeat(64), SERIALS.incrementAndGet());
  }

  private static TypedDomain domain() {
    var domain = given().get(POLICIES + "/typed-data").then().statusCode(200).extract().jsonPath();
    return new TypedDomain(
        domain.getString("domain.name"),
        domain.getString("domain.version"),
        domain.getLong("domain.chainId"),
        Address.of(domain.getString("domain.verifyingContract")));
  }

  private ValidatableResponse post(String message) {
    RetrievalGrant grant = RecordJson.readStrictly(message, RetrievalGrant.class);
    return post(message, wallet.sign(grant, domain()));
  }

  private static ValidatableResponse post(String message, String signature) {
    return post(
        "{\"domain\":%s,\"message\":%s,\"signature\":\"%s\"}"
            .formatted(RecordJson.write(domain()), message, signature),
        ContentType.JSON);
  }

  private static ValidatableResponse post(String body, ContentType type) {
    return given().contentType(type).body(body).post(POLICIES).then();
  }

  private static RequestSpecification as(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  private String signIn() {
    Challenge challenge =
        given().post("/api/v1/sessions/nonce").then().extract().as(Challenge.class);
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
  void whatAPayerSignsIsSetAndShownToHimAndToOperators() {
    String message = message();
    post(message)
        .statusCode(201)
        .header("Cache-Control", "no-store")
        .body("policies[0].dataSet", equalTo("fwss/12"))
        .body("policies[0].access", equalTo("public"))
        .body("policies[0].limits.networks[0]", equalTo("2001:db8:0:0:0:0:0:0/32"))
        .body("policies[0]", not(hasKey("delegate")));
    post(message).statusCode(409).body("code", equalTo("serial-used"));

    as(signIn())
        .get(POLICIES)
        .then()
        .statusCode(200)
        .body("policies[0].limits.origins[0]", equalTo("https://a.example"))
        .body("", not(hasKey("next")));
    as("operators-know-this")
        .get("/api/v1/admin/policies?payer=" + wallet.address())
        .then()
        .statusCode(200)
        .body("policies[0].policy.dataSet", equalTo("fwss/12"))
        .body("policies[0].grant.message.cidrs[0]", equalTo("2001:DB8::/32"))
        .body("policies[0].grant.signature", containsString("0x"))
        .body("policies[0]", hasKey("posted"));
    as("operators-know-this")
        .get("/api/v1/admin/audit?limit=1")
        .then()
        .body("audit[0].action", equalTo("POLICY_SET"))
        .body("audit[0].subject", equalTo(wallet.address().hex()));
  }

  @Test
  void capsAreTakenAndWhatWasUsedOfThemIsShown() {
    String message =
        message()
            .replace("\"maxBytes\":\"0\"", "\"maxBytes\":\"9223372036854775807\"")
            .replace("\"maxBytesPerDay\":\"0\"", "\"maxBytesPerDay\":\"5\"")
            .replace("\"maxBytesPerDayOfClient\":\"0\"", "\"maxBytesPerDayOfClient\":\"3\"");
    post(message)
        .statusCode(201)
        .body("policies[0].limits.bytes", equalTo("9223372036854775807"))
        .body("policies[0].limits.bytesPerDay", equalTo("5"))
        .body("policies[0].limits.bytesPerDayOfClient", equalTo("3"))
        .body("policies[0].limits", not(hasKey("bytesPerDayOfKey")))
        .body("policies[0]", not(hasKey("used")));
    SERVICE
        .stack()
        .execute(
            """
            insert into held (data_set, quota, used) values
              ('cap/policy/fwss/12/all', 'life', 7),
              ('cap/policy/fwss/12/all', to_char(now() at time zone 'UTC', 'YYYY-MM-DD'), 4)
            """);

    as(signIn())
        .get(POLICIES)
        .then()
        .body("policies[0].used.bytes", equalTo("7"))
        .body("policies[0].used.bytesToday", equalTo("4"));
  }

  @Test
  void policiesAreListedToTheirPayerAlone() {
    given()
        .get(POLICIES)
        .then()
        .statusCode(401)
        .header("WWW-Authenticate", "Bearer")
        .body("code", equalTo("token-unknown"));
    as("operators-know-this").get(POLICIES).then().statusCode(401);
    given().get("/api/v1/admin/policies?payer=" + wallet.address()).then().statusCode(401);
    as("operators-know-this").get("/api/v1/admin/policies?payer=0x1").then().statusCode(400);
  }

  @Test
  void whatIsSignedByAnotherOrForAnotherNetworkIsRefused() {
    String message = message();
    RetrievalGrant grant = RecordJson.readStrictly(message, RetrievalGrant.class);
    TypedDomain domain = domain();
    TypedDomain mainnet = new TypedDomain("FilCDN", "1", 314, domain.verifyingContract());

    post(message, Wallet.of(DevnetAccount.OUTSIDER).sign(grant, domain))
        .statusCode(401)
        .body("code", equalTo("signature-wrong"));
    post(message, wallet.sign(grant, mainnet))
        .statusCode(401)
        .body("code", equalTo("signature-wrong"));
    refusedFor(mainnet, message, "chain-wrong");
    refusedFor(
        new TypedDomain("FilCDN", "1", domain.chainId(), grant.payer()), message, "contract-wrong");
    refusedFor(
        new TypedDomain("Other", "1", domain.chainId(), domain.verifyingContract()),
        message,
        "domain-wrong");
    post(message, "0x12").statusCode(400).body("code", equalTo("signature-malformed"));
  }

  private void refusedFor(TypedDomain domain, String message, String code) {
    String signature = wallet.sign(RecordJson.readStrictly(message, RetrievalGrant.class), domain);
    post(
            "{\"domain\":%s,\"message\":%s,\"signature\":\"%s\"}"
                .formatted(RecordJson.write(domain), message, signature),
            ContentType.JSON)
        .statusCode(401)
        .body("code", equalTo(code));
  }

  /** Each is signed as it stands: the payer himself said what cannot be. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"access\":\"public\"|\"access\":\"secret\"|expected an access",
        "\"access\":\"public\"|\"access\":\"signed\"|expected a delegate",
        "\"expires\":\"0\"|\"expires\":\"253370764800\"|before the year 9999",
        "\"expires\":\"0\"|\"expires\":\"1\"|in the future",
        "https://a.example|https://a.example/|expected an origin",
        "2001:DB8::/32|10.0.0.1/8|expected a network",
        "\"pieces\":[]|\"pieces\":[\"bafy\"]|expected",
        "\"delegateJwk\":\"\"|\"delegateJwk\":\"{}\"|expected delegateJwk as a public JWK",
        "\"delegateKeyId\":\"0x00|\"delegateKeyId\":\"0x01|expected a delegateKeyId of zeros",
      })
  void whatNoPolicyCanSayIsRefused(String good, String wrong, String detail) {
    post(message().replace(good, wrong))
        .statusCode(400)
        .body("code", equalTo("policy-malformed"))
        .body("detail", containsString(detail));
  }

  /** A text that cannot be read is not looked at further. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"serial\":|\"series\":",
        "\"serial\":|\"maxBytesPerWeek\":\"1\",\"serial\":",
        "\"serial\":|\"serial\":\"-1\",\"x\":",
        "\"maxBytes\":\"0\"|\"maxBytes\":\"01\"",
        "\"maxBytes\":\"0\"|\"maxBytes\":\"9223372036854775808\"",
        "\"maxBytes\":\"0\"|\"maxBytes\":null",
        "\"maxBytes\":\"0\"|\"maxBytes\":\"1e3\"",
        "\"dataSets\":[\"12\"]|\"dataSets\":[null]",
        "\"dataSets\":[\"12\"]|\"dataSets\":[\"fwss/12\"]",
        "\"payer\":\"0x|\"payer\":\"",
        "\"delegateKeyId\":\"0x00|\"delegateKeyId\":\"0x",
      })
  void whatIsNoGrantIsRefused(String good, String wrong) {
    post(message().replace(good, wrong), "0x" + "00".repeat(65))
        .statusCode(400)
        .body("code", equalTo("policy-malformed"))
        .body("detail", containsString("expected"));
  }

  @Test
  void bodiesAreBounded() {
    post("x".repeat(70_000), ContentType.JSON).statusCode(413);
    post("[".repeat(2_000), ContentType.JSON).statusCode(400);
    String many = "\"https://a.example\",".repeat(32) + "\"https://a.example\"";
    post(message().replace("\"https://a.example\"", many), "0x" + "00".repeat(65))
        .statusCode(400)
        .body("detail", containsString("at most 32"));
  }

  /** The example of {@code docs/access.md} as it stands there, with npm's viem and jose. */
  @Test
  void theExampleOfTheDocsWorksWithStockClients() throws Exception {
    Path folder = Files.createDirectories(Path.of("target", "policy-example"));
    for (String file : List.of("package.json", "package-lock.json")) {
      Files.copy(
          Path.of("src", "test", "npm", file),
          folder.resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(folder.resolve("policy.mjs"), example("## Policies"));

    run(folder, "../../../common/npm-install.sh", "the example of docs/access.md");
    String kept = run(folder, "node", "policy.mjs");

    assertThat(kept).contains("\"d\":").contains("\"kid\":");
    as(signIn()).get(POLICIES).then().body("policies.access", equalTo(List.of("signed")));
  }

  /** The first JavaScript of a chapter. */
  private static String example(String chapter) throws Exception {
    String page = Files.readString(Path.of("..", "docs", "access.md"));
    int start = page.indexOf("```js", page.indexOf(chapter)) + "```js".length();
    return page.substring(start, page.indexOf("```", start));
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
    var document =
        given().get("/q/openapi?format=json").then().statusCode(200).extract().jsonPath();

    assertThat(document.getMap("paths").keySet().toString())
        .contains(POLICIES + "/typed-data", "/api/v1/admin/policies");
    assertThat(document.getList("components.schemas.PolicyAccess.enum"))
        .isEqualTo(List.of("public", "keys", "signed"));
  }
}
