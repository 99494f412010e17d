package io.filcdn.retrieval;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyKey;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.digest.Digests;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.access.Keys;
import io.filcdn.retrieval.access.TestDelegate;
import io.filcdn.testing.infra.TopicContents;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Edges serve whom a payer's policy lets in. */
class PoliciesIT extends EdgeTest {

  private static final TestDelegate DELEGATE = TestDelegate.generate();
  private static final AtomicLong SERIALS = new AtomicLong();

  private static PolicyRecord policy(Payer payer, PolicyAccess access, String limits) {
    return new PolicyRecord(
        payer.address(),
        Optional.of(DataSetId.of(payer.dataSet())),
        access,
        Optional.of(DELEGATE.publicKey()),
        Optional.empty(),
        Optional.empty(),
        RecordJson.readStrictly(limits, PolicyLimits.class),
        SERIALS.incrementAndGet());
  }

  /** Tells of a policy and waits until the edge knows it. */
  private void set(PolicyRecord policy) {
    index.policy(policy.key(), RecordJson.write(policy));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> edge.edge().knowsPolicy(policy.name(), policy.serial()));
  }

  private void set(Payer payer, PolicyAccess access) {
    set(policy(payer, access, "{}"));
  }

  private static String claims(TestPiece piece, String more) {
    return "{\"cdniuc\":\"%s\",\"exp\":%d%s}"
        .formatted(piece.cid(), Instant.now(Clock.systemUTC()).getEpochSecond() + 600, more);
  }

  private static String token(TestPiece piece) {
    return DELEGATE.sign(claims(piece, ""));
  }

  private Answer signed(Payer payer, TestPiece piece, String token, String... headers)
      throws IOException {
    return edge.client()
        .get(payer.address(), "/%s?URISigningPackage=%s".formatted(piece.cid(), token), headers);
  }

  private static void assertServed(Answer answer, TestPiece piece) {
    assertThat(answer.header("X-Error-Code")).isEmpty();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(piece.bytes());
  }

  private static void assertPrivate(Answer answer) {
    assertThat(answer.header("Cache-Control")).isEqualTo("private, no-store");
    assertThat(answer.header("Vary")).containsIgnoringCase("authorization");
  }

  @Test
  void withoutAPolicyEveryoneMayFetch() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);

    Answer answer = get(payer, piece);

    assertServed(answer, piece);
    assertThat(answer.header("Cache-Control")).startsWith("public");
  }

  @Test
  void whereUrlsHaveToBeSignedNothingIsToldWithoutOne() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    assertServed(get(payer, piece), piece);

    set(payer, PolicyAccess.SIGNED);

    Answer refused = get(payer, piece);
    assertRefused(refused, 401, "signed-url-needed");
    assertThat(refused.header("WWW-Authenticate")).contains("Bearer");
    String etag = "\"" + piece.cid() + "\"";
    assertRefused(head(payer, piece), 401, "signed-url-needed");
    assertRefused(get(payer, piece, "If-None-Match: " + etag), 401, "signed-url-needed");
    assertRefused(get(payer, piece, "Range: bytes=0-0"), 401, "signed-url-needed");
    assertThat(refused.header("ETag")).isEmpty();
    String proof = "/" + piece.cid() + "/proof?first=0&last=99";
    assertRefused(edge.client().get(payer.address(), proof), 401, "signed-url-needed");
    Answer preflight =
        edge.client()
            .send(
                "OPTIONS",
                payer.address() + ".localhost",
                "/" + piece.cid(),
                "Access-Control-Request-Headers: authorization");
    assertThat(preflight.status()).isEqualTo(204);
  }

  @Test
  void aSignedUrlIsGoodForItsPieceByAnyMethod() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.SIGNED);
    String token = token(piece);

    Answer answer = signed(payer, piece, token);
    assertServed(answer, piece);
    assertPrivate(answer);
    Answer bearer = get(payer, piece, "Authorization: Bearer " + token);
    assertServed(bearer, piece);
    assertPrivate(bearer);
    Answer range = signed(payer, piece, token, "Range: bytes=5-9");
    assertThat(range.status()).isEqualTo(206);
    assertPrivate(range);
    Answer same = signed(payer, piece, token, "If-None-Match: \"" + piece.cid() + "\"");
    assertThat(same.status()).isEqualTo(304);
    assertPrivate(same);
    String path = "/%s/a.bin?a=b&URISigningPackage=%s&c".formatted(piece.cid(), token);
    assertThat(edge.client().send("HEAD", payer.address() + ".localhost", path).status())
        .isEqualTo(200);

    TestPiece other = placed(payer, 100);
    assertRefused(signed(payer, other, token), 403, "signed-token-piece");
    assertRefused(
        edge.client()
            .get(
                payer.address(),
                "/%s?URISigningPackage=%s&URISigningPackage=%s"
                    .formatted(piece.cid(), token, token)),
        400,
        "credentials-several");
  }

  @Test
  void aTokenThatIsNotGoodIsRefusedWithWhatIsWrong() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.SIGNED);
    long now = Instant.now(Clock.systemUTC()).getEpochSecond();

    assertRefused(
        signed(
            payer,
            piece,
            DELEGATE.sign("{\"exp\":%d,\"cdniuc\":\"%s\"}".formatted(now, piece.cid()))),
        401,
        "signed-token-expired");
    assertRefused(
        signed(payer, piece, DELEGATE.sign(claims(piece, ",\"nbf\":" + (now + 300)))),
        401,
        "signed-token-early");
    assertRefused(
        signed(payer, piece, DELEGATE.sign(claims(piece, ",\"cdniip\":\"192.0.2.0/24\""))),
        403,
        "signed-token-network");
    assertServed(
        signed(payer, piece, DELEGATE.sign(claims(piece, ",\"cdniip\":\"127.0.0.0/8\""))), piece);
    assertRefused(
        signed(
            payer,
            piece,
            DELEGATE.sign(claims(piece, ",\"iss\":\"0x%s\"".formatted("ab".repeat(20))))),
        401,
        "signed-token-payer");
    assertRefused(
        signed(payer, piece, TestDelegate.generate().sign(claims(piece, ""))),
        401,
        "signed-token-signer");
    assertRefused(
        signed(payer, piece, token(piece).replaceAll(".{20}$", "AAAAAAAAAAAAAAAAAAAA")),
        401,
        "signed-token-signature");
    for (String text : List.of("", "a.b.c", "x".repeat(3_000), token(piece) + "%00")) {
      Answer answer = signed(payer, piece, text);
      assertRefused(answer, 401, "signed-token-malformed");
    }
  }

  /** The whole address, whichever scheme the client came by. */
  @Test
  void aTokenCanBeForOneAddress() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.SIGNED);
    String address =
        "https://%s.localhost:%d/%s?filename=a.bin"
            .formatted(payer.address(), edge.client().port(), piece.cid());
    String token =
        DELEGATE.sign(
            claims(piece, "").replace(piece.cid().toString(), "hash:sha-256;" + digest(address)));

    String path = "/%s?filename=%s&URISigningPackage=%s";
    assertServed(
        edge.client().get(payer.address(), path.formatted(piece.cid(), "a.bin", token)), piece);
    assertRefused(
        edge.client().get(payer.address(), path.formatted(piece.cid(), "b.bin", token)),
        403,
        "signed-token-piece");
  }

  /** It remembers that a token's signature is good, and not for what the token was shown. */
  @Test
  void eachAddressThatAConnectionAsksForIsCheckedAgainstItsToken() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    TestPiece other = placed(payer, 3_000);
    set(payer, PolicyAccess.SIGNED);
    String path = "/" + piece.cid();
    String address = "https://%s.localhost%s".formatted(payer.address(), path);
    String bearer =
        "Authorization: Bearer "
            + DELEGATE.sign(
                claims(piece, "")
                    .replace(piece.cid().toString(), "hash:sha-256;" + digest(address)));

    try (Socket socket = edge.client().connect()) {
      for (int times = 0; times < 2; times++) {
        assertServed(EdgeClient.getOn(socket, payer.address(), path, bearer), piece);
        for (String wrong : List.of("/piece" + path, path + "?filename=a.bin", "/" + other.cid())) {
          assertRefused(
              EdgeClient.getOn(socket, payer.address(), wrong, bearer), 403, "signed-token-piece");
        }
      }
      assertRefused(EdgeClient.getOn(socket, payer.address(), path), 401, "signed-url-needed");
    }
  }

  private static String digest(String address) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Digests.sha256(address.getBytes(UTF_8)));
  }

  @Test
  void anotherDelegateEndsTheUrlsOfTheOneBefore() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    PolicyRecord first = policy(payer, PolicyAccess.SIGNED, "{}");
    set(first);
    String token = token(piece);
    assertServed(signed(payer, piece, token), piece);
    TestDelegate next = TestDelegate.generate();

    set(
        new PolicyRecord(
            first.payer(),
            first.dataSet(),
            first.access(),
            Optional.of(next.publicKey()),
            Optional.empty(),
            Optional.empty(),
            PolicyLimits.NONE,
            SERIALS.incrementAndGet()));

    assertRefused(signed(payer, piece, token), 401, "signed-token-signer");
    assertServed(signed(payer, piece, next.sign(claims(piece, ""))), piece);
    // what is older comes too late
    index.policy(first.key(), RecordJson.write(first));
    Payer other = newPayer();
    set(other, PolicyAccess.SIGNED);
    assertRefused(signed(payer, piece, token), 401, "signed-token-signer");
  }

  @Test
  void anotherPayersDelegateSignsNothingHere() throws Exception {
    Payer payer = newPayer();
    Payer other = newPayer();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.SIGNED);
    TestDelegate theirs = TestDelegate.generate();
    set(
        new PolicyRecord(
            other.address(),
            Optional.empty(),
            PolicyAccess.SIGNED,
            Optional.of(theirs.publicKey()),
            Optional.empty(),
            Optional.empty(),
            PolicyLimits.NONE,
            SERIALS.incrementAndGet()));

    assertRefused(signed(payer, piece, theirs.sign(claims(piece, ""))), 401, "signed-token-signer");
  }

  @Test
  void whereAKeyIsNeededNothingElseHelps() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.KEYS);
    AccessKey key = Keys.key();
    index.key(Keys.record(key, payer.address(), KeyLimits.NONE));
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().knowsKey(key.id()));

    assertRefused(get(payer, piece), 401, "key-needed");
    assertRefused(signed(payer, piece, token(piece)), 401, "key-needed");
    Answer answer = get(payer, piece, "Authorization: Bearer " + key.text());
    assertServed(answer, piece);
    assertPrivate(answer);
    AccessKey unknown = Keys.key();
    assertRefused(get(payer, piece, "Authorization: Bearer " + unknown.text()), 401, "key-unknown");
  }

  @Test
  void aDataSetsOwnPolicyCountsAlone() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    TestPiece second = newPiece(2_000);
    secondProvider.with(second);
    place(second, payer.address(), payer.secondDataSet());

    set(
        new PolicyRecord(
            payer.address(),
            Optional.empty(),
            PolicyAccess.SIGNED,
            Optional.of(DELEGATE.publicKey()),
            Optional.empty(),
            Optional.empty(),
            PolicyLimits.NONE,
            SERIALS.incrementAndGet()));
    assertRefused(get(payer, piece), 401, "signed-url-needed");
    set(payer, PolicyAccess.PUBLIC);

    assertServed(get(payer, piece), piece);
    assertRefused(get(payer, second), 401, "signed-url-needed");
  }

  @Test
  void theDataSetThatLetsTheRequestInPays() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placedTwice(payer, 3_000);

    set(payer, PolicyAccess.SIGNED);

    Answer answer = get(payer, piece);
    assertServed(answer, piece);
    assertThat("fwss/" + answer.header("X-Data-Set-ID")).isEqualTo(payer.secondDataSet());
    assertThat(answer.header("Cache-Control")).startsWith("public");
  }

  @Test
  void limitsHoldForPublicAccessToo() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);

    set(policy(payer, PolicyAccess.PUBLIC, "{\"origins\":[\"https://a.example\"]}"));
    assertRefused(get(payer, piece), 403, "policy-origin");
    assertRefused(get(payer, piece, "Origin: https://b.example"), 403, "policy-origin");
    Answer answer = get(payer, piece, "Origin: https://a.example");
    assertServed(answer, piece);
    assertPrivate(answer);
    assertThat(answer.header("Vary")).containsIgnoringCase("origin");

    set(policy(payer, PolicyAccess.PUBLIC, "{\"networks\":[\"192.0.2.0/24\"]}"));
    assertRefused(get(payer, piece), 403, "policy-network");
    set(policy(payer, PolicyAccess.PUBLIC, "{\"networks\":[\"127.0.0.0/8\"]}"));
    assertServed(get(payer, piece), piece);

    set(policy(payer, PolicyAccess.PUBLIC, "{\"pieces\":[\"%s\"]}".formatted(newPiece(9).cid())));
    assertRefused(get(payer, piece), 403, "policy-piece");
    set(policy(payer, PolicyAccess.PUBLIC, "{\"pieces\":[\"%s\"]}".formatted(piece.cid())));
    assertServed(get(payer, piece), piece);
  }

  @Test
  void outsideItsTimeAPolicyLetsNobodyIn() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    for (Optional<Instant> end : List.of(Optional.of(Instant.EPOCH), Optional.<Instant>empty())) {
      set(
          new PolicyRecord(
              payer.address(),
              Optional.of(DataSetId.of(payer.dataSet())),
              PolicyAccess.PUBLIC,
              Optional.empty(),
              end.isEmpty() ? Optional.of(Instant.parse("9000-01-01T00:00:00Z")) : Optional.empty(),
              end,
              PolicyLimits.NONE,
              SERIALS.incrementAndGet()));

      assertRefused(get(payer, piece), 403, "policy-not-in-force");
    }
  }

  /** An edge of an earlier version must not serve past a limit of a later one. */
  @Test
  void aPolicyThatIsNotUnderstoodClosesWhatItIsOf() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    PolicyRecord open = policy(payer, PolicyAccess.PUBLIC, "{}");
    set(open);
    assertServed(get(payer, piece), piece);

    index.policy(
        open.key(),
        RecordJson.write(open).replace("\"limits\":{}", "\"limits\":{\"countries\":[]}"));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> get(payer, piece).header("X-Error-Code").equals("policy-not-understood"));
    index.policy(PolicyKey.general(payer.address()).toString(), "nonsense");
    index.policy("nonsense", "nonsense");

    set(policy(payer, PolicyAccess.PUBLIC, "{}"));
    assertServed(get(payer, piece), piece);
  }

  /** A token is in nothing that leaves the edge, whether it is good or not. */
  @Test
  void tokensAreToldToNobody() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.SIGNED);
    String good = token(piece);
    String bad = TestDelegate.generate().sign(claims(piece, ""));

    StringBuilder logs = new StringBuilder();
    Answer refused;
    try (CollectedLogs _ = CollectedLogs.into(logs)) {
      assertServed(signed(payer, piece, good), piece);
      refused = signed(payer, piece, bad, "Accept: application/json");
      assertRefused(refused, 401, "signed-token-signer");
      await().atMost(Duration.ofSeconds(20)).until(() -> retrievals(payer) > 0);
    }

    assertThat(logs).as("what was logged").isNotEmpty();
    String told = refused.headers() + refused.text() + provider.asked() + topics() + logs;
    for (String token : List.of(good, bad)) {
      assertThat(told)
          .doesNotContain(token)
          .doesNotContain(token.substring(token.lastIndexOf('.') + 1));
    }
  }

  private String topics() {
    StringBuilder all = new StringBuilder();
    Arrays.stream(Topic.values())
        .flatMap(
            topic ->
                TopicContents.of(
                    Map.of("bootstrap.servers", kafka.bootstrapServers()), topic.topicName())
                    .stream())
        .forEach(record -> all.append(record.key()).append(' ').append(record.value()));
    return all.toString();
  }

  /** The example of {@code docs/access.md} as it stands there, with npm's jose. */
  @Test
  void aStockLibrarySignsUrls() throws Exception {
    Payer payer = newPayer();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.SIGNED);
    Path npm = Files.createDirectories(Path.of("target", "signed-url-example"));
    for (String file : List.of("package.json", "package-lock.json")) {
      Files.copy(
          Path.of("src", "test", "npm", file),
          npm.resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    String page = Files.readString(Path.of("..", "docs", "access.md"));
    int start = page.indexOf("```js", page.indexOf("## Signed URLs")) + "```js".length();
    Files.writeString(npm.resolve("sign.mjs"), page.substring(start, page.indexOf("```", start)));
    Files.writeString(
        npm.resolve("key.jwk"),
        DELEGATE
            .key()
            .toJSONString()
            .replaceFirst("}$", ",\"kid\":\"%s\"}".formatted(DELEGATE.publicKey().kid())));

    run(npm, "../../../common/npm-install.sh", "the example of docs/access.md");
    String url =
        run(
                npm,
                "node",
                "sign.mjs",
                "http://%s.localhost/%s".formatted(payer.address(), piece.cid()))
            .strip();

    assertServed(
        edge.client().get(payer.address(), url.substring(url.indexOf('/', "http://".length()))),
        piece);
  }

  private static String run(Path folder, String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("KEY_FILE", "key.jwk");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
