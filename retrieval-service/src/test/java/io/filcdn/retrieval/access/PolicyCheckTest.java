package io.filcdn.retrieval.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.PolicyKey;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.access.SecretHash;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.address.Prefix;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.Admission.Decision.Admitted;
import io.filcdn.retrieval.admission.Denylist;
import io.filcdn.retrieval.admission.IndexReplica;
import io.filcdn.retrieval.admission.WorkLimits;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.OriginProofs;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.Cap;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.wallet.CurioToken;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyCheckTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final DataSetId ONE = DataSetId.of("fwss/1");
  private static final DataSetId TWO = DataSetId.of("fwss/2");
  private static final DataSetId GATED = DataSetId.of("fwss/3");
  private static final PieceCid CID = new PieceCid(new CommP(1, 2, 3, 4), 5, 900);
  private static final Credential NOTHING = new Credential.None();
  private static final TestDelegate DELEGATE = TestDelegate.generate();
  private static final String CLAIMS = "{\"cdniuc\":\"%s\",\"exp\":1796040600}".formatted(CID);

  @TempDir Path folder;
  private IndexReplica index;
  private Denylist denylist;
  private AccessReplica replica;
  private boolean trusted = true;
  private final WorkLimits limits = new WorkLimits(new WorkLimits.Limits("signatures", 10, 1, 2));
  private static final CapSalt SALT = new CapSalt(LocalDate.of(2026, 11, 30), "ab".repeat(32));

  private List<CapSalt> salts = List.of();
  private PolicyCheck check;
  private long version;
  private int signatures;

  /** The event that falls into the time in which a signature is verified. */
  private Runnable meanwhile = () -> {};

  @BeforeEach
  void open() {
    index = IndexReplica.open(folder.resolve("index"));
    denylist = Denylist.open(folder.resolve("denylist"));
    replica = AccessReplica.open(folder.resolve("access"));
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    var network = NetworkFile.read(Path.of("../deploy/networks/devnet.json"));
    Admission admission =
        new Admission(
            index,
            denylist,
            Quota.UNLIMITED,
            network,
            new Admission.Rules(0, 1 << 20, true),
            clock);
    GateCheck gates = new GateCheck(admission, CurioToken.domain(network), OriginProofs.NONE);
    check =
        new PolicyCheck(
            replica,
            () -> trusted,
            admission,
            gates,
            new AtOnce(),
            limits,
            day -> salts.stream().filter(salt -> salt.day().equals(day)).findFirst(),
            clock);
    place(ONE, Optional.empty());
    place(TWO, Optional.empty());
    place(GATED, Optional.of(DataSetRecord.Gate.CURIO_RETRIEVAL));
  }

  @AfterEach
  void close() {
    index.close();
    denylist.close();
    replica.close();
  }

  private void place(DataSetId dataSet, Optional<DataSetRecord.Gate> gate) {
    DataSetRecord record =
        new DataSetRecord(
            dataSet,
            PAYER,
            ProviderId.of("fwss/9"),
            PAYER,
            true,
            false,
            Optional.empty(),
            gate,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            DataSetRecord.TopUps.NONE,
            DataSetRecord.Reported.NONE,
            Optional.empty(),
            DataSetRecord.Settled.NONE,
            new AsOf(new BlockNumber(1), ++version));
    index.apply(
        List.of(
            new ConsumerRecord<>(
                Topic.DATA_SETS.topicName(), 0, 0, dataSet.toString(), RecordJson.write(record))),
        Map.of(),
        Optional.of(NOW));
  }

  private void tell(String key, @Nullable String value) {
    replica.apply(
        List.of(new ConsumerRecord<>(Topic.POLICIES.topicName(), 0, 0, key, value)),
        Map.of(),
        Optional.of(NOW));
  }

  /** Tells of a policy with the delegate. */
  private PolicyRecord policy(PolicyKey name, String access, String more, long serial) {
    PolicyRecord policy =
        RecordJson.readStrictly(
            "{\"payer\":\"%s\"%s,\"access\":\"%s\",\"delegate\":%s,\"serial\":%d%s}"
                .formatted(
                    name.payer(),
                    name.dataSet().map(",\"dataSet\":\"%s\""::formatted).orElse(""),
                    access,
                    DELEGATE.publicKey().jwk(),
                    serial,
                    more.isEmpty() ? ",\"limits\":{}" : more),
            PolicyRecord.class);
    tell(policy.key(), RecordJson.write(policy));
    return policy;
  }

  private PolicyRecord policy(String access, String more) {
    return policy(PolicyKey.of(PAYER, ONE), access, more, 1);
  }

  private static AccessRequest request(Credential shown, DataSetId... payers) {
    List<DataSetId> all = List.of(payers);
    Admitted admitted =
        new Admitted(
            CID,
            all.getFirst(),
            all,
            all.stream()
                .map(
                    set ->
                        new Origin(
                            ProviderId.of("fwss/9"), set, "http://a.example", Optional.empty()))
                .toList(),
            Optional.empty(),
            Optional.empty());
    return new AccessRequest(
        shown,
        () -> "a.example/b?c",
        InetAddress.ofLiteral("192.0.2.7"),
        Optional.of("https://a.example"),
        PAYER,
        admitted);
  }

  private static Credential signed(String claims) {
    return new Credential.Signed(new SignedToken(DELEGATE.sign(claims)), Optional.empty());
  }

  /** Verifies where it is asked, and counts. */
  private final class AtOnce implements PolicyCheck.Signatures {
    @Override
    public <T> void verify(Supplier<T> work, Consumer<Optional<T>> then) {
      signatures++;
      T done = work.get();
      meanwhile.run();
      then.accept(Optional.of(done));
    }
  }

  private PolicyCheck.Outcome outcome(Credential shown, DataSetId... payers) {
    AtomicReference<PolicyCheck.Outcome> outcome = new AtomicReference<>();
    check.check(request(shown, payers), outcome::set);
    return Objects.requireNonNull(outcome.get());
  }

  private void passes(Credential shown, DataSetId pays, DataSetId... payers) {
    assertThat(outcome(shown, payers))
        .isInstanceOfSatisfying(
            PolicyCheck.Outcome.Passed.class,
            passed -> assertThat(passed.admitted().dataSet()).isEqualTo(pays));
  }

  private void refuses(Refusal refusal, Credential shown, DataSetId... payers) {
    assertThat(outcome(shown, payers))
        .isInstanceOfSatisfying(
            PolicyCheck.Outcome.Refused.class,
            refused -> assertThat(refused.problem().refusal()).isEqualTo(refusal));
  }

  @Test
  void withoutAPolicyEveryoneMayFetchOnceAllPoliciesAreKnown() {
    passes(NOTHING, ONE, ONE);
    trusted = false;
    refuses(Refusal.POLICIES_UNAVAILABLE, NOTHING, ONE);
    // there may be another, which closes it
    policy("public", "");
    refuses(Refusal.POLICIES_UNAVAILABLE, NOTHING, ONE);
    trusted = true;
    passes(NOTHING, ONE, ONE);
  }

  @Test
  void ofManyDataSetsWithAPieceThoseThatWereLookedAtPay() {
    DataSetId[] many =
        IntStream.rangeClosed(100, 139)
            .mapToObj(number -> DataSetId.of("fwss/" + number))
            .toArray(DataSetId[]::new);
    for (DataSetId dataSet : many) {
      place(dataSet, Optional.empty());
    }

    assertThat(outcome(NOTHING, many))
        .isInstanceOfSatisfying(
            PolicyCheck.Outcome.Passed.class,
            passed -> assertThat(passed.admitted().payers()).hasSize(32));
  }

  @Test
  void oneClientHasSoManySignaturesVerifiedAtOnce() {
    policy("signed", "");
    List<Prefix> client = Prefix.of(InetAddress.ofLiteral("192.0.2.7"));
    assertThat(limits.enter(client)).isEmpty();

    refuses(Refusal.TOO_MANY_REQUESTS_OF_CLIENT, signed(CLAIMS), ONE);
    assertThat(signatures).isZero();
    limits.leave(client);
    passes(signed(CLAIMS), ONE, ONE);
    passes(signed(CLAIMS), ONE, ONE);
  }

  @Test
  void whereTheDiskFailsWhileASignatureIsVerifiedItsRequestIsAnsweredAndItsPlaceIsFree() {
    policy("signed", "");
    meanwhile =
        () -> {
          // so that the policy is looked up anew
          policy("signed", "");
          replica.close();
        };

    refuses(Refusal.POLICIES_UNAVAILABLE, signed(CLAIMS), ONE);
    assertThat(limits.enter(Prefix.of(InetAddress.ofLiteral("192.0.2.7")))).isEmpty();
  }

  /** The replica is closed, so that whoever reads its disk fails. */
  @Test
  void hostileTokensAreRefusedWithoutTheDiskAndOneSignatureIsVerified() {
    policy("signed", "");
    passes(signed(CLAIMS), ONE, ONE);
    signatures = 0;
    replica.close();
    String kid = DELEGATE.publicKey().kid();
    String header = "{\"alg\":\"%s\",\"kid\":\"%s\"}";
    String anySignature = "A".repeat(86);
    String expired = CLAIMS.replace("1796040600", "1796039999");
    String deep = CLAIMS.replace("}", ",\"a\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}");
    Map<String, Refusal> hostile =
        Map.of(
            TestDelegate.made(header.formatted("none", kid), CLAIMS, anySignature),
            Refusal.SIGNED_TOKEN_MALFORMED,
            TestDelegate.made(header.formatted("HS256", kid), CLAIMS, anySignature),
            Refusal.SIGNED_TOKEN_MALFORMED,
            TestDelegate.made(header.formatted("ES256", kid), CLAIMS, anySignature),
            Refusal.SIGNED_TOKEN_SIGNATURE,
            TestDelegate.made(header.formatted("ES256", kid), expired, anySignature),
            Refusal.SIGNED_TOKEN_EXPIRED,
            TestDelegate.generate().sign(CLAIMS),
            Refusal.SIGNED_TOKEN_SIGNER,
            DELEGATE.sign(CLAIMS.replace("}", ",\"iss\":\"0x%s\"}".formatted("bb".repeat(20)))),
            Refusal.SIGNED_TOKEN_PAYER,
            DELEGATE.sign(deep),
            Refusal.SIGNED_TOKEN_MALFORMED,
            DELEGATE.sign(CLAIMS.replace("}", ",\"a\":\"%s\"}".formatted("x".repeat(3_000)))),
            Refusal.SIGNED_TOKEN_MALFORMED);

    hostile.forEach(
        (token, refusal) ->
            refuses(refusal, new Credential.Signed(new SignedToken(token), Optional.empty()), ONE));

    assertThat(signatures).isEqualTo(1);
    passes(signed(CLAIMS), ONE, ONE);
  }

  @Test
  void whatIsPublicForATimeIsNotKeptForOthers() {
    policy("public", ",\"limits\":{},\"expires\":\"2026-12-30T12:00:00Z\"");

    assertThat(outcome(NOTHING, ONE))
        .isInstanceOfSatisfying(
            PolicyCheck.Outcome.Passed.class,
            passed -> assertThat(passed.grant().restricted()).isTrue());
  }

  @Test
  void aDataSetsOwnPolicyCountsAloneAndTheGeneralOneForTheOthers() {
    policy(PolicyKey.general(PAYER), "signed", "", 9);
    refuses(Refusal.SIGNED_URL_NEEDED, NOTHING, ONE);
    policy("public", "");
    passes(NOTHING, ONE, ONE);
    refuses(Refusal.SIGNED_URL_NEEDED, NOTHING, TWO);
    // the one that would pay says why
    refuses(Refusal.SIGNED_URL_NEEDED, NOTHING, TWO);
    passes(NOTHING, ONE, TWO, ONE);
    policy(PolicyKey.general(PAYER), "public", "", 10);
    passes(NOTHING, TWO, TWO);
  }

  @Test
  void theHighestSerialStaysAndATombstoneForgets() {
    PolicyRecord old = policy("keys", "");
    policy(PolicyKey.of(PAYER, ONE), "public", "", 2);
    tell(old.key(), RecordJson.write(old));
    passes(NOTHING, ONE, ONE);
    assertThat(replica.knows(old.name(), 2)).isTrue();
    assertThat(replica.knows(old.name(), 3)).isFalse();
    policy(PolicyKey.of(PAYER, ONE), "keys", "", 3);
    refuses(Refusal.KEY_NEEDED, NOTHING, ONE);
    tell(old.key(), null);
    passes(NOTHING, ONE, ONE);
  }

  @Test
  void whatIsNotUnderstoodClosesItsDataSetAndNothingElse() {
    PolicyRecord policy = policy("public", "");
    tell("nonsense", "nonsense");
    passes(NOTHING, ONE, ONE);
    for (String wrong :
        new String[] {
          "nonsense",
          RecordJson.write(policy).replace("\"limits\":{}", "\"limits\":{\"days\":[]}"),
          RecordJson.write(policy).replace("fwss/1", "fwss/2")
        }) {
      tell(policy.key(), wrong);
      refuses(Refusal.POLICY_NOT_UNDERSTOOD, signed(CLAIMS), ONE);
      passes(NOTHING, TWO, TWO);
      // and it is told of again
      tell(policy.key(), RecordJson.write(policy));
      passes(NOTHING, ONE, ONE);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"notBefore\":\"2026-11-30T12:00:01Z\",\"limits\":{}|POLICY_NOT_IN_FORCE",
        "\"expires\":\"2026-11-30T12:00:00Z\",\"limits\":{}|POLICY_NOT_IN_FORCE",
        "\"limits\":{\"origins\":[\"https://b.example\"]}|POLICY_ORIGIN",
        "\"limits\":{\"networks\":[\"198.51.100.0/24\",\"2001:db8::/32\"]}|POLICY_NETWORK",
        "\"limits\":{\"pieces\":[\"bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa\"]}|POLICY_PIECE"
      })
  void limitsAndTimesHoldWhateverIsShown(String limits, Refusal refusal) {
    policy("public", "," + limits);

    refuses(refusal, NOTHING, ONE);
    refuses(refusal, signed(CLAIMS), ONE);
    refuses(refusal, new Credential.Key(Keys.key()), ONE);
    refuses(refusal, new Credential.Bot("crawler"), ONE);
  }

  @Test
  void eachAccessAsksForItsOwn() {
    Credential key = new Credential.Key(Keys.key());
    Credential bot = new Credential.Bot("crawler");
    policy("keys", "");
    passes(key, ONE, ONE);
    refuses(Refusal.KEY_NEEDED, NOTHING, ONE);
    refuses(Refusal.KEY_NEEDED, signed(CLAIMS), ONE);
    refuses(Refusal.KEY_NEEDED, bot, ONE);
    policy(PolicyKey.of(PAYER, ONE), "signed", "", 2);
    passes(signed(CLAIMS), ONE, ONE);
    refuses(Refusal.SIGNED_URL_NEEDED, key, ONE);
    refuses(Refusal.SIGNED_URL_NEEDED, bot, ONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"exp\":1796040600|\"exp\":1796040000|SIGNED_TOKEN_EXPIRED",
        "\"exp\":1796040600|\"exp\":1796040600,\"nbf\":1796040001|SIGNED_TOKEN_EARLY",
        "\"exp\":1796040600|\"exp\":1796040600,\"iss\":\"0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"|SIGNED_TOKEN_PAYER",
        "\"exp\":1796040600|\"exp\":1796040600,\"cdniip\":\"192.0.2.8\"|SIGNED_TOKEN_NETWORK",
        "\"exp\":1796040600|\"exp\":1796040600,\"fcdn_max\":1|SIGNED_TOKEN_MALFORMED",
        "\"exp\":1796040600|\"exp\":1796040600,\"fcdn_max\":1,\"jti\":\"\"|SIGNED_TOKEN_MALFORMED",
        "\"exp\":1796040600|\"exp\":1796040600,\"fcdn_max\":-1,\"jti\":\"a\"|SIGNED_TOKEN_MALFORMED",
        "\"exp\":1796040600|\"exp\":1798718401,\"fcdn_max\":1,\"jti\":\"a\"|SIGNED_TOKEN_CAP",
        "\"cdniuc\":\"|\"cdniuc\":\"hash:sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk\",\"x\":\"|SIGNED_TOKEN_PIECE"
      })
  void aTokenThatIsShownHasToBeGoodWhateverIsAskedFor(String good, String wrong, Refusal refusal) {
    policy("signed", "");
    refuses(refusal, signed(CLAIMS.replace(good, wrong)), ONE);
    policy(PolicyKey.of(PAYER, ONE), "public", "", 2);
    refuses(refusal, signed(CLAIMS.replace(good, wrong)), ONE);
    passes(signed(CLAIMS), ONE, ONE);
    refuses(Refusal.SIGNED_TOKEN_SIGNER, signed(CLAIMS), TWO);
  }

  /** A token that is refused anyway, or was seen before, makes nobody verify. */
  @Test
  void aSignatureIsVerifiedOnceAndOnlyWhereItMatters() {
    policy("signed", "");
    refuses(Refusal.SIGNED_TOKEN_EXPIRED, signed(CLAIMS.replace("1796040600", "1796040000")), ONE);
    refuses(Refusal.SIGNED_TOKEN_SIGNER, signed(CLAIMS), TWO);
    assertThat(signatures).isZero();
    Credential good = signed(CLAIMS);
    passes(good, ONE, ONE);
    passes(good, ONE, ONE);
    assertThat(signatures).isEqualTo(1);
    String forged =
        TestDelegate.made(
            "{\"alg\":\"ES256\",\"kid\":\"%s\"}".formatted(DELEGATE.publicKey().kid()),
            CLAIMS,
            "B".repeat(86));
    refuses(
        Refusal.SIGNED_TOKEN_SIGNATURE,
        new Credential.Signed(new SignedToken(forged), Optional.empty()),
        ONE);
    assertThat(signatures).isEqualTo(2);
  }

  private static final LocalDate TODAY = LocalDate.of(2026, 11, 30);
  private static final CapPeriod DAY = new CapPeriod.Day(TODAY);
  private static final String CAPPED =
      CLAIMS.replace("\"exp\"", "\"fcdn_max\":7,\"jti\":\"a\",\"exp\"");

  private List<Cap> caps(Credential shown) {
    return grant(shown, ONE, TWO).caps(ONE);
  }

  private static Cap cap(CapBearer bearer, CapPeriod period, long bytes) {
    return new Cap(new CapName.OfPolicy(ONE, bearer, period), bytes);
  }

  @Test
  void thePolicysCapsAreThoseOfTheDataSetThatPays() {
    salts = List.of(SALT);
    assertThat(grant(NOTHING, ONE, TWO).caps()).isEmpty();
    policy(
        "public", ",\"limits\":{\"bytes\":\"9\",\"bytesPerDay\":\"5\",\"bytesPerDayOfKey\":\"4\"}");
    AccessKey key = Keys.key();

    assertThat(caps(NOTHING))
        .containsExactly(
            cap(new CapBearer.All(), new CapPeriod.Life(), 9), cap(new CapBearer.All(), DAY, 5));
    assertThat(caps(new Credential.Key(key)))
        .containsExactly(
            cap(new CapBearer.All(), new CapPeriod.Life(), 9),
            cap(new CapBearer.All(), DAY, 5),
            cap(new CapBearer.Key(key.id()), DAY, 4));
    assertThat(grant(NOTHING, ONE, TWO).caps(TWO)).isEmpty();
    assertThat(grant(NOTHING, ONE, TWO).quotas(ONE)).hasSize(3).startsWith(QuotaName.cdn(ONE));
  }

  @Test
  void clientsAndTokensAreCappedByTheirBuckets() {
    policy("public", ",\"limits\":{\"bytesPerDayOfClient\":\"5\",\"bytesPerDayOfKey\":\"4\"}");
    refuses(Refusal.LEASE_DESK_UNREACHABLE, NOTHING, ONE);
    passes(NOTHING, TWO, ONE, TWO);
    salts = List.of(new CapSalt(TODAY.plusDays(1), SALT.key()));
    refuses(Refusal.LEASE_DESK_UNREACHABLE, NOTHING, ONE);
    salts = List.of(SALT);

    Credential signed = signed(CLAIMS);
    String text = signed.signed().orElseThrow().token().text();
    String hash = SecretHash.of(text.substring(0, text.lastIndexOf('.'))).hex();
    CapBearer client = new CapBearer.Client(SALT.bucket(ONE, new byte[] {(byte) 192, 0, 2, 7}));
    CapBearer token =
        new CapBearer.Token(SALT.bucket(ONE, hash.getBytes(StandardCharsets.US_ASCII)));
    assertThat(caps(NOTHING)).containsExactly(cap(client, DAY, 5));
    assertThat(grant(signed, ONE).caps(ONE))
        .containsExactly(cap(token, DAY, 4), cap(client, DAY, 5));
  }

  /** Nobody pays for its bytes. */
  @Test
  void aBotCountsToNoCapAndNeedsNoKeyOfBuckets() {
    policy("public", ",\"limits\":{\"bytesPerDayOfClient\":\"5\",\"bytesPerDay\":\"4\"}");

    assertThat(caps(new Credential.Bot("crawler"))).isEmpty();
  }

  /** Of each signature of ECDSA everyone can make another one that is as good. */
  @Test
  void aTokenWithAnotherSignatureHasTheSameCap() {
    policy("signed", "");
    String text = DELEGATE.sign(CAPPED);
    int end = text.lastIndexOf('.') + 1;
    byte[] signature = Base64.getUrlDecoder().decode(text.substring(end));
    BigInteger order =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    BigInteger other = order.subtract(new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)));
    byte[] bytes = other.toByteArray();
    Arrays.fill(signature, 32, 64, (byte) 0);
    int length = Math.min(32, bytes.length);
    System.arraycopy(bytes, bytes.length - length, signature, 64 - length, length);
    String second =
        text.substring(0, end) + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);

    assertThat(second).isNotEqualTo(text);
    List<Cap> caps = grant(shown(text), ONE).caps(ONE);
    assertThat(caps)
        .containsExactly(
            new Cap(
                new CapName.OfToken(
                    PAYER,
                    SecretHash.of(text.substring(0, end - 1)),
                    ByteCount.of(7),
                    Instant.ofEpochSecond(1796040600)),
                7));
    assertThat(grant(shown(second), ONE).caps(ONE)).isEqualTo(caps);
    assertThat(grant(signed(CAPPED.replace("\"a\"", "\"b\"")), ONE).caps(ONE))
        .hasSize(1)
        .isNotEqualTo(caps);
  }

  private static Credential shown(String token) {
    return new Credential.Signed(new SignedToken(token), Optional.empty());
  }

  @Test
  void whoMayKeepAnAnswerIsSaidByAllThatLetItIn() {
    assertThat(grant(NOTHING, ONE)).isEqualTo(new Grant(Optional.empty(), false, false));
    policy("public", ",\"limits\":{\"pieces\":[\"%s\"]}".formatted(CID));
    assertThat(grant(NOTHING, ONE)).isEqualTo(new Grant(Optional.empty(), false, false));
    policy(PolicyKey.of(PAYER, ONE), "public", ",\"limits\":{\"networks\":[\"192.0.2.0/24\"]}", 2);
    assertThat(grant(NOTHING, TWO, ONE)).isEqualTo(new Grant(Optional.empty(), false, true));
    policy(
        PolicyKey.of(PAYER, ONE), "public", ",\"limits\":{\"origins\":[\"https://a.example\"]}", 3);
    assertThat(grant(NOTHING, ONE)).isEqualTo(new Grant(Optional.empty(), true, true));
    policy(PolicyKey.of(PAYER, ONE), "signed", "", 4);
    assertThat(grant(signed(CLAIMS), ONE)).isEqualTo(new Grant(Optional.empty(), false, true));
  }

  private Grant grant(Credential shown, DataSetId... payers) {
    PolicyCheck.Outcome outcome = outcome(shown, payers);
    assertThat(outcome).isInstanceOf(PolicyCheck.Outcome.Passed.class);
    return ((PolicyCheck.Outcome.Passed) outcome).grant();
  }

  @Test
  void aGateIsOpenedByAProofOrByAPolicyThatAsksForMore() {
    refuses(Refusal.GATED_PROOF_NEEDED, NOTHING, GATED);
    refuses(Refusal.GATED_PROOF_NEEDED, new Credential.Key(Keys.key()), GATED);
    refuses(Refusal.GATED_PROOF_WRONG, new Credential.Gated(Optional.empty()), GATED);
    passes(new Credential.Gated(Optional.empty()), ONE, GATED, ONE);
    policy(PolicyKey.of(PAYER, GATED), "public", "", 1);
    refuses(Refusal.GATED_PROOF_NEEDED, NOTHING, GATED);
    policy(PolicyKey.of(PAYER, GATED), "signed", "", 2);
    assertThat(grant(signed(CLAIMS), GATED).restricted()).isTrue();
    refuses(Refusal.SIGNED_URL_NEEDED, NOTHING, GATED);
    // of what the index has not told, nothing is taken for public
    refuses(Refusal.GATED_PROOF_NEEDED, NOTHING, DataSetId.of("fwss/4"));
  }
}
