package io.filcdn.retrieval.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.chain.Address;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.Admission.Decision.Admitted;
import io.filcdn.retrieval.admission.Denylist;
import io.filcdn.retrieval.admission.IndexReplica;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.Cap;
import io.filcdn.retrieval.usage.KeyUse;
import io.filcdn.retrieval.usage.Quota;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyCheckTest {

  private static final Instant NOW = Instant.parse("2026-11-30T23:59:59Z");
  private static final Address PAYER = Address.of("0x" + "aa".repeat(20));
  private static final Address OTHER = Address.of("0x" + "bb".repeat(20));
  private static final DataSetId ONE = DataSetId.of("fwss/1");
  private static final DataSetId TWO = DataSetId.of("fwss/2");

  private static final Admitted PIECE =
      new Admitted(
          new PieceCid(new CommP(1, 2, 3, 4), 5, 900),
          ONE,
          List.of(ONE, TWO),
          List.of(origin(ONE), origin(TWO)),
          Optional.empty(),
          Optional.empty());

  @TempDir Path folder;
  private IndexReplica index;
  private Denylist denylist;
  private AccessReplica replica;
  private boolean trusted = true;
  private long nanos;
  private KeyCheck check;
  private final AccessKey key = Keys.key();

  private static Origin origin(DataSetId dataSet) {
    return new Origin(
        ProviderId.of("fwss/9"), dataSet, "http://provider.example", Optional.empty());
  }

  @BeforeEach
  void open() {
    index = IndexReplica.open(folder.resolve("index"));
    denylist = Denylist.open(folder.resolve("denylist"));
    replica = AccessReplica.open(folder.resolve("access"));
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    Admission admission =
        new Admission(
            index,
            denylist,
            Quota.UNLIMITED,
            NetworkFile.read(Path.of("../deploy/networks/devnet.json")),
            new Admission.Rules(0, 1 << 20, true),
            clock);
    check = new KeyCheck(replica, () -> trusted, admission, clock, () -> nanos);
  }

  @AfterEach
  void close() {
    index.close();
    denylist.close();
    replica.close();
  }

  private static AccessRequest request(AccessKey shown, String client, Optional<String> origin) {
    return new AccessRequest(
        new Credential.Key(shown), () -> "", InetAddress.ofLiteral(client), origin, PAYER, PIECE);
  }

  private Verdict verdict(KeyLookup found) {
    return verdict(key, found);
  }

  private Verdict verdict(AccessKey shown, KeyLookup found) {
    return check.verdict(request(shown, "192.0.2.7", Optional.empty()), shown, found);
  }

  private KeyLookup known(String limits) {
    return new KeyLookup.Known(Keys.record(key, PAYER, Keys.limits(limits)));
  }

  private static void assertRefused(Verdict verdict, Refusal refusal) {
    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    assertThat(((Verdict.Refused) verdict).problem().refusal()).isEqualTo(refusal);
  }

  private static Verdict.Granted granted(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Granted.class);
    return (Verdict.Granted) verdict;
  }

  @Test
  void aGoodKeyIsGrantedAndItsUseCountsToTheDayInWhichItBegan() {
    Verdict.Granted granted = granted(verdict(known("{}")));

    assertThat(granted.admitted()).isEqualTo(PIECE);
    assertThat(granted.grant())
        .isEqualTo(
            new Grant(
                Optional.of(new KeyUse(key.id(), LocalDate.of(2026, 11, 30), List.of())), false));
  }

  @Test
  void itsCapsAreThoseOfTheDayAndMonth() {
    KeyLookup capped = known("{\"bytes\":\"5\",\"bytesPerDay\":\"3\",\"bytesPerMonth\":\"4\"}");

    KeyUse use = granted(verdict(capped)).grant().key().orElseThrow();

    String owner = "key/" + key.id();
    assertThat(use.caps())
        .containsExactly(
            new Cap(QuotaName.of(owner, "life"), 5),
            new Cap(QuotaName.of(owner, "2026-11-30"), 3),
            new Cap(QuotaName.of(owner, "2026-11"), 4));
  }

  @Test
  void whoHasNotTheSecretHearsOnlyThatTheKeyIsUnknown() {
    AccessKeyRecord record = Keys.record(key, PAYER, KeyLimits.NONE);
    AccessKey guessed = Keys.another(key);

    assertRefused(verdict(KeyLookup.UNKNOWN), Refusal.KEY_UNKNOWN);
    assertRefused(verdict(guessed, new KeyLookup.Known(record)), Refusal.KEY_UNKNOWN);
    assertRefused(
        verdict(guessed, new KeyLookup.Known(record.revokedAt(NOW))), Refusal.KEY_UNKNOWN);
  }

  @Test
  void whatBecameOfTheKeyIsToldToWhoHasTheSecret() {
    AccessKeyRecord record = Keys.record(key, PAYER, KeyLimits.NONE);
    AccessKeyRecord ends =
        Keys.record(key, PAYER, Set.of(KeyScope.DOWNLOAD), KeyLimits.NONE, Optional.of(NOW));

    assertRefused(verdict(new KeyLookup.Known(record.revokedAt(NOW))), Refusal.KEY_REVOKED);
    assertRefused(verdict(new KeyLookup.Known(ends)), Refusal.KEY_EXPIRED);
    assertRefused(verdict(KeyLookup.NOT_UNDERSTOOD), Refusal.KEY_NOT_UNDERSTOOD);
  }

  @Test
  void aRotatedSecretIsGoodForTheOverlap() {
    AccessKeyRecord record = Keys.record(key, PAYER, KeyLimits.NONE);
    AccessKey next = Keys.another(key);
    var hash = io.filcdn.common.access.SecretHash.of(next.text());

    KeyLookup overlapping =
        new KeyLookup.Known(record.rotated(hash, NOW, NOW.plus(Duration.ofSeconds(1))));
    KeyLookup ended = new KeyLookup.Known(record.rotated(hash, NOW, NOW));

    granted(verdict(key, overlapping));
    granted(verdict(next, overlapping));
    granted(verdict(next, ended));
    assertRefused(verdict(key, ended), Refusal.KEY_UNKNOWN);
  }

  @Test
  void anEdgeThatWasNotToldOfAllKeysDoesNotSayThatOneIsUnknown() {
    trusted = false;

    assertRefused(verdict(KeyLookup.UNKNOWN), Refusal.KEYS_UNAVAILABLE);
    granted(verdict(known("{}")));
  }

  @Test
  void aKeyIsForWhatItsScopesSayAndForItsOwnPayer() {
    AccessKeyRecord uploads =
        Keys.record(
            key,
            PAYER,
            Set.of(KeyScope.UPLOAD, KeyScope.PIN, KeyScope.ADMIN),
            KeyLimits.NONE,
            Optional.empty());
    String both = "{\"payers\":[\"%s\",\"%s\"]}".formatted(PAYER, OTHER);
    String other = "{\"payers\":[\"%s\"]}".formatted(OTHER);

    assertRefused(verdict(new KeyLookup.Known(uploads)), Refusal.KEY_SCOPE);
    assertRefused(
        verdict(new KeyLookup.Known(Keys.record(key, OTHER, KeyLimits.NONE))), Refusal.KEY_PAYER);
    assertRefused(
        verdict(new KeyLookup.Known(Keys.record(key, OTHER, Keys.limits(both)))),
        Refusal.KEY_PAYER);
    assertRefused(verdict(known(other)), Refusal.KEY_PAYER);
    granted(verdict(known(both)));
  }

  @Test
  void ofItsDataSetsOnePaysForAllOfIt() {
    Admitted paid = granted(verdict(known("{\"dataSets\":[\"fwss/2\",\"fwss/3\"]}"))).admitted();

    assertThat(paid.dataSet()).isEqualTo(TWO);
    assertThat(paid.payers()).containsExactly(TWO);
    assertThat(paid.origins()).containsExactly(origin(TWO));
    assertRefused(verdict(known("{\"dataSets\":[\"fwss/3\"]}")), Refusal.KEY_DATA_SET);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "https://app.example, true",
        "https://b.example, true",
        "https://app.example.evil.example, false",
        "http://app.example, false",
        "HTTPS://APP.EXAMPLE, false",
        "null, false",
        "'', false",
        "none, false"
      })
  void anOriginIsOneOfTheKeys(String origin, boolean allowed) {
    KeyLookup limited = known("{\"origins\":[\"https://app.example\",\"https://b.example\"]}");
    AccessRequest request = request(key, "192.0.2.7", Optional.ofNullable(origin));

    Verdict verdict = check.verdict(request, key, limited);

    if (allowed) {
      assertThat(granted(verdict).grant().byOrigin()).isTrue();
    } else {
      assertRefused(verdict, Refusal.KEY_ORIGIN);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.0, true",
    "192.0.2.255, true",
    "192.0.3.0, false",
    "::ffff:192.0.2.1, true",
    "2001:db8:ffff::1, true",
    "2001:db9::1, false",
    "::c000:201, false"
  })
  void aClientIsInOneOfTheNetworks(String client, boolean allowed) {
    KeyLookup limited = known("{\"networks\":[\"192.0.2.0/24\",\"2001:db8::/32\"]}");

    Verdict verdict = check.verdict(request(key, client, Optional.empty()), key, limited);

    if (allowed) {
      granted(verdict);
    } else {
      assertRefused(verdict, Refusal.KEY_NETWORK);
    }
  }

  @Test
  void aSecondsRequestsMayComeAtOnceAndThenAsManyAsGrowBack() {
    KeyLookup limited = known("{\"requestsPerSecond\":4}");
    for (int i = 0; i < 4; i++) {
      granted(verdict(limited));
    }

    Verdict refused = verdict(limited);

    assertRefused(refused, Refusal.TOO_MANY_REQUESTS_OF_KEY);
    var limit = ((Verdict.Refused) refused).problem().limit().orElseThrow();
    assertThat(limit.policy()).isEqualTo("\"requests\";q=4;qu=\"requests\";w=1");
    assertThat(limit.left()).isEqualTo("\"requests\";r=0;t=1");
    nanos += TimeUnit.MILLISECONDS.toNanos(250);
    granted(verdict(limited));
    assertRefused(verdict(limited), Refusal.TOO_MANY_REQUESTS_OF_KEY);
    nanos += TimeUnit.HOURS.toNanos(1);
    for (int i = 0; i < 4; i++) {
      granted(verdict(limited));
    }
    assertRefused(verdict(limited), Refusal.TOO_MANY_REQUESTS_OF_KEY);
  }
}
