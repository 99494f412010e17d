package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.living;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.testing.browser.Chromium;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.TypedDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page of keys and policies in Chromium, with a wallet whose answers this test gives. */
class AccountPageIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern KEY = Pattern.compile("fcdn_devnet_([0-9A-Za-z]{12})_\\w{49}");

  @RegisterExtension
  static final PackagedService SERVICE =
      new PackagedService(
          Map.of(
              "filcdn.network", "../deploy/networks/devnet.json",
              "filcdn.metrics.accounts.domain", "localhost:${quarkus.http.port}",
              "filcdn.metrics.accounts.attempts-per-minute", "1000",
              "filcdn.metrics.accounts.sign-ins-per-payer", "1000",
              "filcdn.admin.token", "operators-know-this"));

  /** A provider of EIP-1193 whose questions wait until the test answers them. */
  private static final String PROVIDER =
      """
      window.asked = []
      window.ethereum = {
        request: ({ method, params }) => new Promise((resolve, reject) =>
          asked.push({ method, params, resolve, reject })),
      }
      """;

  private static final String MAKE = "Make a key";
  private static final String SET = "Set a policy";

  private static Chromium chromium;

  private final Wallet wallet = Wallet.of(DevnetAccount.PAYER);
  private final List<JsonNode> sent = new ArrayList<>();
  private PageVisitor visitor;

  @BeforeAll
  static void start(@TempDir Path profile) throws IOException {
    chromium = Chromium.start(profile);
  }

  @AfterAll
  static void end() {
    chromium.close();
  }

  @BeforeEach
  void open() {
    new Database(SERVICE.stack().dataSource())
        .run(
            connection ->
                new PostgresDataSets()
                    .keepNewer(connection, List.of(living(12, 1), indexed(13, 2))));
    visitor = PageVisitor.open(chromium);
    visitor.before(PROVIDER);
  }

  /** Answers what the page has asked the wallet, until the page says that. */
  private void untilShown(String text) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              answer();
              assertThat(visitor.text()).contains(text);
            });
  }

  private void answer() {
    JsonNode asked =
        visitor.evaluate("asked.map(({ method, params }) => ({ method, params: params ?? [] }))");
    for (JsonNode question : asked) {
      visitor.evaluate(
          "asked.shift().resolve(%s)"
              .formatted(
                  RecordJson.write(
                      answer(question.path("method").asText(), question.path("params")))));
    }
  }

  private Object answer(String method, JsonNode params) {
    return switch (method) {
      case "eth_requestAccounts" -> List.of(wallet.address().hex());
      case "wallet_switchEthereumChain" -> {
        assertThat(params.path(0).path("chainId").asText()).isEqualTo("0x1df5e76");
        yield "";
      }
      case "personal_sign" -> {
        assertThat(params.path(1).asText()).isEqualTo(wallet.address().hex());
        yield wallet.sign(
            new String(HexFormat.of().parseHex(params.path(0).asText().substring(2)), UTF_8));
      }
      case "eth_signTypedData_v4" -> sign(params);
      case "eth_sendTransaction" -> {
        sent.add(params.path(0));
        yield "0x" + "ab".repeat(32);
      }
      default -> throw new AssertionError("the page asked the wallet for " + method);
    };
  }

  private String sign(JsonNode params) {
    assertThat(params.path(0).asText()).isEqualTo(wallet.address().hex());
    JsonNode data = RecordJson.read(params.path(1).asText(), JsonNode.class);
    assertThat(data.path("primaryType").asText()).isEqualTo(RetrievalGrant.PRIMARY_TYPE);
    assertThat(data.at("/types/EIP712Domain").size()).isEqualTo(data.path("domain").size());
    return wallet.sign(
        RecordJson.readStrictly(data.path("message").toString(), RetrievalGrant.class),
        RecordJson.readStrictly(data.path("domain").toString(), TypedDomain.class));
  }

  private void signIn() {
    visitor.go("/account");
    visitor.click("Sign in");
    untilShown("Signed in as " + wallet.address().hex());
  }

  /** Makes a key, and reads what is shown of it. */
  private String make(String name) {
    visitor.fill(MAKE, "name", name);
    visitor.click("Make the key");
    untilShown("The key \"%s\", shown this once.".formatted(name));
    return shownKey();
  }

  private String shownKey() {
    Matcher key = KEY.matcher(visitor.text());
    assertThat(key.find()).isTrue();
    return key.group();
  }

  private static String authorized(String key) {
    return "Bearer " + key;
  }

  @Test
  void aPayerSignsInMakesRotatesAndRevokesAKey() {
    signIn();

    visitor.click("Limits");
    visitor.fill(MAKE, "bytesPerDay", "5 GiB");
    visitor.fill(MAKE, "origins", "https://app.example.com, https://b.example.com");
    visitor.click("admin: make, rotate and revoke keys like this page");
    String key = make("my app");
    visitor.click("I have kept it");

    untilShown("5,368,709,120 bytes a day");
    visitor.says("origins: https://app.example.com, https://b.example.com", "never yet");
    assertThat(visitor.text()).doesNotContain(key);
    String id = KEY.matcher(key).replaceFirst("$1");
    visitor.shows(id + "-today", "0");
    given()
        .header("Authorization", authorized(key))
        .get("/api/v1/keys/" + id)
        .then()
        .statusCode(200)
        .body("limits.bytesPerDay", equalTo("5368709120"))
        .body("limits.origins.size()", equalTo(2));

    visitor.evaluate(
        "(s => { s.value = 'PT0S'; s.dispatchEvent(new Event('change', { bubbles: true }))"
            + " })(document.querySelector('main select'))");
    visitor.click("Rotate my app");
    untilShown("The key \"my app\", shown this once.");
    String rotated = shownKey();
    assertThat(rotated).isNotEqualTo(key).contains(id);
    given().header("Authorization", authorized(key)).get("/api/v1/keys").then().statusCode(401);
    given().header("Authorization", authorized(rotated)).get("/api/v1/keys").then().statusCode(200);

    visitor.click("Revoke my app");
    visitor.click("Revoke my app, surely");
    untilShown("my app, " + id + ", revoked");
    given().header("Authorization", authorized(rotated)).get("/api/v1/keys").then().statusCode(401);
  }

  @Test
  void aPayersWalletSetsAPolicy() {
    signIn();

    visitor.fill(SET, "dataSets", "fwss/13");
    visitor.click("who has one of your keys");
    visitor.click("Times and limits");
    visitor.fill(SET, "cidrs", "192.0.2.0/24");
    visitor.click("Have the wallet sign it");

    untilShown("It is set; edges hear of it within seconds.");
    untilShown("networks: 192.0.2.0/24");
    given()
        .header("Authorization", authorized("operators-know-this"))
        .get("/api/v1/admin/policies?payer=" + wallet.address())
        .then()
        .body("policies[0].policy.dataSet", equalTo("fwss/13"))
        .body("policies[0].policy.access", equalTo("keys"));

    visitor.fill(SET, "dataSets", "99");
    visitor.click("Have the wallet sign it");
    untilShown("expected data sets of this payer that the index tells of");
    assertThat(visitor.complaints()).isEmpty();
  }

  @Test
  void aTopUpIsPreparedForThePayersWallet() {
    String quotas = "What is left of each data set's quotas";
    visitor.go("/payer/" + wallet.address().hex());
    visitor.click("Top up fwss/12");
    visitor.fill(quotas, "cdn", "0.25");
    visitor.fill(quotas, "cacheMiss", "0.000000000000000001");
    untilShown("buys 36.57 GiB");
    visitor.says("12, 250000000000000000, 1");

    visitor.click("Have the wallet send it");

    untilShown("0x" + "ab".repeat(32));
    String contract = given().get("/api/v1/network").path("warmStorage");
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().path("from").asText()).isEqualTo(wallet.address().hex());
    assertThat(sent.getFirst().path("to").asText()).isEqualTo(contract);
    assertThat(sent.getFirst().path("data").asText())
        .isEqualTo("0xeb561d9c%064x%064x%064x".formatted(12, 250_000_000_000_000_000L, 1));
    assertThat(sent.getFirst().path("chainId").asText()).isEqualTo("0x1df5e76");
    assertThat(sent.getFirst().has("value")).isFalse();
    assertThat(visitor.text()).as("whose rail ends").doesNotContain("Top up fwss/13");

    visitor.fill(quotas, "cdn", "1e3");
    visitor.click("Have the wallet send it");
    untilShown("Expected amounts like 0.25");
    assertThat(sent).hasSize(1);
    visitor.assertNothingAmiss("/payer with a top-up");
  }

  @Test
  void whatTheWalletRefusesChangesNothing() {
    visitor.go("/account");
    visitor.click("Sign in");
    await().atMost(PATIENCE).until(() -> visitor.evaluate("asked.length").asInt() == 1);
    visitor.evaluate("asked.shift().reject({ code: 4001, message: 'User rejected the request' })");

    untilShown("The wallet was told not to do it. Nothing has changed.");
  }

  @Test
  void nothingOfASessionOrKeyIsStoredInTheBrowser() {
    signIn();
    String key = make("not stored");

    assertThat(
            visitor
                .evaluate(
                    "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
                .asText())
        .isEqualTo("[{},{},\"\"]");
    assertThat(visitor.evaluate("indexedDB.databases().then(found => found.length)").asInt())
        .isZero();
    assertThat(visitor.evaluate("location.href + JSON.stringify(history.state)").asText())
        .doesNotContain(key);

    visitor.go("/account");
    untilShown("Sign in with the payer's wallet");
  }

  @Test
  void theKeyboardAloneIsEnough() {
    visitor.go("/account");
    untilShown("Sign in with the payer's wallet");
    visitor.tabTo("Sign in");
    visitor.enter();
    untilShown("Signed in as " + wallet.address().hex());
    visitor.tabTo("Name");
    visitor.write("by keyboard");
    visitor.tabTo("Make the key");
    visitor.enter();
    untilShown("The key \"by keyboard\", shown this once.");
    untilShown("by keyboard, ");
    visitor.tabTo("Revoke by keyboard");
    visitor.enter();
    visitor.tabTo("Revoke by keyboard, surely");
    visitor.enter();

    untilShown(", revoked");
  }

  @Test
  void whatIsShownStaysWhileTheNetworkIsCut() {
    signIn();
    make("while the network is cut");
    visitor.click("I have kept it");
    untilShown("while the network is cut, ");

    visitor.assertKeepsWhatItShowsWhileTheNetworkIsCut();

    assertThat(visitor.text()).contains("while the network is cut");
  }

  @Test
  void aSessionThatTheServiceHasEndedIsSignedOut() {
    signIn();
    SERVICE.stack().execute("delete from payer_session");

    untilShown("Sign in with the payer's wallet");
  }

  @Test
  void whoSignsOutHasNoSessionAnyMore() {
    signIn();
    String sessions = "select count(*) from payer_session";
    int before = Integer.parseInt(SERVICE.stack().rows(sessions).getFirst());

    visitor.click("Sign out");

    untilShown("Sign in with the payer's wallet");
    assertThat(SERVICE.stack().rows(sessions)).containsExactly(Integer.toString(before - 1));
  }

  @ParameterizedTest
  @MethodSource("io.filcdn.metrics.PageVisitor#screens")
  void thePageIsUsableOnEveryScreen(PageVisitor.Screen screen) {
    visitor.screen(screen);
    visitor.go("/account");
    visitor.click("Sign in");
    untilShown("Signed in as");
    make("for " + screen.name());
    visitor.click("Limits");
    visitor.click("Times and limits");

    visitor.assertNothingAmiss("/account, " + screen);
    visitor.picture("account-" + screen.name());
  }

  @Test
  void whoHasNoWalletIsToldSo() {
    PageVisitor without = PageVisitor.open(chromium);
    without.go("/account");

    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(without.text()).contains("This browser has no wallet"));
    without.assertNothingAmiss("/account without a wallet");
  }
}
