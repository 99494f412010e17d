package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.access.SecretHash;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.access.Keys;
import io.filcdn.retrieval.access.TestDelegate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Caps of policies, clients and signed URLs, at an edge that leases them over HTTP. */
class CapsIT extends LeasingEdgeTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long PLENTY = 100_000_000;
  private static final TestDelegate DELEGATE = TestDelegate.generate();
  private static final AtomicLong SERIALS = new AtomicLong();
  private static final List<CapSalt> SALTS =
      days().stream().map(day -> CapSalt.random(day, new SecureRandom())).toList();

  @Override
  Map<String, String> settings() {
    metrics.salts(SALTS);
    Map<String, String> settings = super.settings();
    settings.put("filcdn.retrieval.leases.forget", "2s");
    return settings;
  }

  @BeforeEach
  void metricsAnswers() {
    metrics.fail(false);
  }

  /** The day that it is, and the next, which it may be in a moment. */
  private static List<LocalDate> days() {
    LocalDate today = LocalDate.ofInstant(Clock.systemUTC().instant(), ZoneOffset.UTC);
    return List.of(today, today.plusDays(1));
  }

  private Payer paid() {
    Payer payer = newPayer();
    metrics.grant(DataSetId.of(payer.dataSet()), Kind.CDN, PLENTY);
    metrics.grant(DataSetId.of(payer.dataSet()), Kind.CACHE_MISS, PLENTY);
    return payer;
  }

  private void set(Payer payer, PolicyAccess access, String limits) {
    PolicyRecord policy =
        new PolicyRecord(
            payer.address(),
            Optional.of(DataSetId.of(payer.dataSet())),
            access,
            Optional.of(DELEGATE.publicKey()),
            Optional.empty(),
            Optional.empty(),
            RecordJson.readStrictly(limits, PolicyLimits.class),
            SERIALS.incrementAndGet());
    index.policy(policy.key(), RecordJson.write(policy));
    await().atMost(SOON).until(() -> edge.edge().knowsPolicy(policy.name(), policy.serial()));
  }

  private static CapName policy(Payer payer, CapBearer bearer, CapPeriod period) {
    return new CapName.OfPolicy(DataSetId.of(payer.dataSet()), bearer, period);
  }

  private static CapName life(Payer payer) {
    return policy(payer, new CapBearer.All(), new CapPeriod.Life());
  }

  private List<CapName> daily(Payer payer, CapBearer bearer) {
    return days().stream().map(day -> policy(payer, bearer, new CapPeriod.Day(day))).toList();
  }

  private List<CapName> clients(Payer payer) {
    byte[] here = {127, 0, 0, 1};
    return SALTS.stream()
        .map(
            salt ->
                policy(
                    payer,
                    new CapBearer.Client(salt.bucket(DataSetId.of(payer.dataSet()), here)),
                    new CapPeriod.Day(salt.day())))
        .toList();
  }

  private void grant(List<CapName> names, long bytes) {
    names.forEach(name -> metrics.grant(name, bytes));
  }

  private long sum(List<CapName> names) {
    return names.stream().mapToLong(metrics::applied).sum();
  }

  private long held(List<CapName> names) {
    return names.stream().mapToLong(metrics::held).sum();
  }

  private static String token(TestPiece piece, String id, long bytes) {
    return DELEGATE.sign(
        "{\"cdniuc\":\"%s\",\"exp\":%d,\"jti\":\"%s\",\"fcdn_max\":%d}"
            .formatted(piece.cid(), expires(), id, bytes));
  }

  private static long expires() {
    return days().getLast().plusDays(1).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
  }

  private static CapName cap(Payer payer, String token, long bytes) {
    return new CapName.OfToken(
        payer.address(),
        SecretHash.of(token.substring(0, token.lastIndexOf('.'))),
        ByteCount.of(bytes),
        Instant.ofEpochSecond(expires()));
  }

  private Answer signed(Payer payer, TestPiece piece, String token, String... headers)
      throws IOException {
    return edge.client()
        .get(payer.address(), "/%s?URISigningPackage=%s".formatted(piece.cid(), token), headers);
  }

  @Test
  void aCapOfADayIsToldWithWhatRemainsAndWhenItEnds() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.PUBLIC, "{\"bytesPerDay\":\"7000\"}");
    List<CapName> names = daily(payer, new CapBearer.All());
    grant(names, 7_000);

    assertThat(get(payer, piece).status()).isEqualTo(200);
    assertThat(get(payer, piece).status()).isEqualTo(200);
    await().atMost(SOON).until(() -> sum(names) == 6_000);
    Answer refused = get(payer, piece, "Accept: application/json");

    assertRefused(refused, 429, "policy-bytes-exhausted");
    assertThat(Long.parseLong(refused.header("Retry-After"))).isBetween(1L, 86_400L);
    assertThat(refused.header("RateLimit-Policy"))
        .isEqualTo("\"policy-day\";q=7000;qu=\"content-bytes\";w=86400");
    assertThat(refused.header("RateLimit")).matches("\"policy-day\";r=1000;t=\\d+");
    assertThat(refused.text()).contains("bytes that remain: 1000");
    assertRefused(head(payer, piece), 429, "policy-bytes-exhausted");
    assertThat(get(payer, piece, "Range: bytes=0-99").status()).isEqualTo(206);
    assertThat(get(payer, piece, "If-None-Match: \"%s\"".formatted(piece.cid())).status())
        .isEqualTo(304);
  }

  @Test
  void whereACapOfOneDataSetIsUsedUpAnotherThatHasThePiecePays() throws Exception {
    Payer payer = paid();
    metrics.grant(DataSetId.of(payer.secondDataSet()), Kind.CDN, 5_000);
    metrics.grant(DataSetId.of(payer.secondDataSet()), Kind.CACHE_MISS, 5_000);
    TestPiece piece = placedTwice(payer, 3_000);
    set(payer, PolicyAccess.PUBLIC, "{\"bytesPerDay\":\"4000\"}");
    List<CapName> names = daily(payer, new CapBearer.All());
    grant(names, 4_000);

    Answer first = get(payer, piece);
    await().atMost(SOON).until(() -> sum(names) == 3_000);
    Answer asked = head(payer, piece);
    Answer second = get(payer, piece);

    assertThat("fwss/" + first.header("X-Data-Set-ID")).isEqualTo(payer.dataSet());
    for (Answer answer : List.of(asked, second)) {
      assertThat(answer.status()).isEqualTo(200);
      assertThat("fwss/" + answer.header("X-Data-Set-ID")).isEqualTo(payer.secondDataSet());
    }
  }

  @Test
  void whereNoOtherDataSetCanPayTheCapIsWhatIsTold() throws Exception {
    Payer payer = paid();
    metrics.grant(DataSetId.of(payer.secondDataSet()), Kind.CDN, 2_000);
    metrics.grant(DataSetId.of(payer.secondDataSet()), Kind.CACHE_MISS, 5_000);
    TestPiece piece = placedTwice(payer, 3_000);
    set(payer, PolicyAccess.PUBLIC, "{\"bytesPerDay\":\"2500\"}");
    grant(daily(payer, new CapBearer.All()), 2_500);

    assertRefused(get(payer, piece), 429, "policy-bytes-exhausted");
    assertRefused(head(payer, piece), 429, "policy-bytes-exhausted");
  }

  @Test
  void aCapInAllEndsForGood() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.PUBLIC, "{\"bytes\":\"2999\"}");
    metrics.grant(life(payer), 2_999);

    Answer refused = get(payer, piece);

    assertRefused(refused, 403, "policy-bytes-used-up");
    assertThat(refused.header("RateLimit")).isEqualTo("\"policy-life\";r=2999");
    assertThat(refused.header("Retry-After")).isEmpty();
    assertThat(refused.text()).doesNotContain("cap/");
  }

  @Test
  void aClientHasACapOfItsOwn() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.PUBLIC, "{\"bytesPerDayOfClient\":\"4000\"}");
    grant(clients(payer), 4_000);

    assertThat(get(payer, piece).status()).isEqualTo(200);
    Answer refused = get(payer, piece);

    assertRefused(refused, 429, "policy-bytes-of-client-exhausted");
    assertThat(Long.parseLong(refused.header("Retry-After"))).isPositive();
    assertThat(refused.header("RateLimit")).startsWith("\"policy-day-of-client\";r=1000;t=");
    assertThat(refused.text()).doesNotContain("127.0.0.1");
    await().atMost(SOON).until(() -> held(clients(payer)) == 0 && sum(clients(payer)) == 3_000);
    assertBilled(payer, 3_000, 3_000);
  }

  @Test
  void aKeyHasAShareOfThePolicysAndItsOwnCapsHoldToo() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.KEYS, "{\"bytesPerDayOfKey\":\"4000\"}");
    AccessKey key = Keys.key();
    index.key(Keys.record(key, payer.address(), Keys.limits("{\"bytes\":\"50000\"}")));
    await().atMost(SOON).until(() -> edge.edge().knowsKey(key.id()));
    QuotaName ofKey = new QuotaName.OfKey(key.id(), new CapPeriod.Life());
    metrics.grant(ofKey, 50_000);
    grant(daily(payer, new CapBearer.Key(key.id())), 4_000);
    String bearer = "Authorization: Bearer " + key.text();

    assertThat(get(payer, piece, bearer).status()).isEqualTo(200);
    assertRefused(get(payer, piece, bearer), 429, "policy-bytes-of-key-exhausted");
    assertRefused(get(payer, piece), 401, "key-needed");
    await().atMost(SOON).until(() -> metrics.held(ofKey) == 3_000 && metrics.applied(ofKey) == 0);
  }

  @Test
  void aSignedUrlIsGoodForSoManyBytes() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.SIGNED, "{}");
    String token = token(piece, "a", 7_000);
    CapName cap = cap(payer, token, 7_000);
    metrics.grant(cap, 7_000);
    String other = token(piece, "b", 3_000);
    metrics.grant(cap(payer, other, 3_000), 3_000);

    assertThat(signed(payer, piece, token).status()).isEqualTo(200);
    assertThat(signed(payer, piece, token).status()).isEqualTo(200);
    Answer refused = unreserved(() -> signed(payer, piece, token));

    assertRefused(refused, 403, "signed-token-used-up");
    assertThat(refused.header("RateLimit")).isEqualTo("\"token\";r=1000");
    assertThat(refused.text()).doesNotContain(token);
    assertThat(signed(payer, piece, token, "Range: bytes=0-999").status()).isEqualTo(206);
    assertRefused(
        unreserved(() -> signed(payer, piece, token, "Range: bytes=0-0")),
        403,
        "signed-token-used-up");
    assertThat(signed(payer, piece, other).status()).as("another URL").isEqualTo(200);
    await().atMost(SOON).until(() -> metrics.applied(cap) == 7_000 && metrics.held(cap) == 0);
  }

  /** The answer once nothing is reserved: a response ends a moment after its client has it. */
  private static Answer unreserved(Callable<Answer> ask) {
    return await().atMost(SOON).until(ask, answer -> answer.status() != 503);
  }

  @Test
  void theBearerOfASignedUrlHasAShareOfThePolicys() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    set(payer, PolicyAccess.SIGNED, "{\"bytesPerDayOfKey\":\"4000\"}");
    String token =
        DELEGATE.sign("{\"cdniuc\":\"%s\",\"exp\":%d}".formatted(piece.cid(), expires()));
    String hash = SecretHash.of(token.substring(0, token.lastIndexOf('.'))).hex();
    for (CapSalt salt : SALTS) {
      int bucket =
          salt.bucket(DataSetId.of(payer.dataSet()), hash.getBytes(StandardCharsets.US_ASCII));
      metrics.grant(
          policy(payer, new CapBearer.Token(bucket), new CapPeriod.Day(salt.day())), 4_000);
    }

    assertThat(signed(payer, piece, token).status()).isEqualTo(200);
    assertRefused(
        unreserved(() -> signed(payer, piece, token)), 429, "policy-bytes-of-key-exhausted");
  }

  @Test
  void anAbortedResponseGivesBackWhatItsClientDidNotTake() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 20_000_000);
    get(payer, piece);
    set(
        payer,
        PolicyAccess.PUBLIC,
        "{\"bytesPerDayOfClient\":\"40000000\",\"bytes\":\"40000000\"}");
    grant(clients(payer), 40_000_000);
    metrics.grant(life(payer), 40_000_000);

    for (int i = 0; i < 5; i++) {
      try (EdgeClient.Exchange exchange = begin(payer, piece)) {
        assertThat(exchange.head().status()).isEqualTo(200);
      }
    }

    await().atMost(SOON).until(() -> edge.edge().requests() == 0);
    await().atMost(SOON).until(() -> held(clients(payer)) == 0);
    long used = sum(clients(payer));
    assertThat(used).isLessThan(40_000_000 / 2);
    await().atMost(SOON).until(() -> metrics.applied(life(payer)) == used);
  }

  @Test
  void manyAtOnceNeverGetMoreThanTheCap() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 3_000);
    get(payer, piece);
    set(payer, PolicyAccess.SIGNED, "{\"bytesPerDayOfClient\":\"50000\"}");
    grant(clients(payer), 50_000);
    String token = token(piece, "many", 40_000);
    CapName cap = cap(payer, token, 40_000);
    metrics.grant(cap, 40_000);
    List<Callable<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      clients.add(() -> signed(payer, piece, token).status());
    }
    int served = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(20)) {
      for (Future<Integer> status : threads.invokeAll(clients)) {
        served += status.get() == 200 ? 1 : 0;
      }
    }

    assertThat(served).isBetween(1, 13);
    long bytes = 3_000L * served;
    await()
        .atMost(SOON)
        .until(
            () ->
                metrics.applied(cap) == bytes
                    && metrics.held(cap) == 0
                    && sum(clients(payer)) == bytes
                    && held(clients(payer)) == 0);
  }

  @Test
  void withMetricsAwayWhatIsHeldIsServedAndThenRefused() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 1_000);
    set(payer, PolicyAccess.PUBLIC, "{\"bytes\":\"50000\"}");
    metrics.shareInAdvance(1);
    try {
      metrics.grant(life(payer), 50_000);
      assertThat(get(payer, piece).status()).isEqualTo(200);
      await().atMost(SOON).until(() -> metrics.held(life(payer)) >= 3_000);
      metrics.fail(true);

      int served = 0;
      Answer answer = get(payer, piece);
      while (answer.status() == 200 && served < 100) {
        served++;
        answer = get(payer, piece);
      }

      assertRefused(answer, 503, "lease-desk-unreachable");
      assertThat(served).isBetween(1, 8);
    } finally {
      metrics.fail(false);
      metrics.shareInAdvance(1_000_000);
    }
  }

  @Test
  void ofAClientNothingIsHeldWithMetricsAway() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 1_000);
    set(payer, PolicyAccess.PUBLIC, "{\"bytesPerDayOfClient\":\"50000\"}");
    grant(clients(payer), 50_000);
    assertThat(get(payer, piece).status()).isEqualTo(200);

    metrics.fail(true);

    assertRefused(get(payer, piece), 503, "lease-desk-unreachable");
  }

  @Test
  void anEdgeThatLeasesNothingRefusesWhoHasACap() throws Exception {
    Payer payer = paid();
    TestPiece piece = placed(payer, 1_000);
    TestEdge free = new TestEdge(kafka, folder.resolve("free-edge"), quota(), Map.of());
    try {
      String path = "/" + piece.cid();
      await().atMost(SOON).until(() -> free.client().get(payer.address(), path).status() == 200);
      for (String cap : List.of("bytes", "bytesPerDayOfClient")) {
        set(payer, PolicyAccess.PUBLIC, "{\"%s\":\"50000\"}".formatted(cap));
        await()
            .atMost(SOON)
            .untilAsserted(
                () ->
                    assertRefused(
                        free.client().get(payer.address(), path), 503, "lease-desk-unreachable"));
      }
    } finally {
      free.close();
    }
  }
}
