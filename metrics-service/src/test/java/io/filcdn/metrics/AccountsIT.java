package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.indexed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.access.KeyStanding;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.accounts.KeyDesk;
import io.filcdn.metrics.accounts.KeyRefusal;
import io.filcdn.metrics.accounts.NewKey;
import io.filcdn.metrics.accounts.Rotation;
import io.filcdn.metrics.accounts.SignIn;
import io.filcdn.metrics.accounts.SignIn.Challenge;
import io.filcdn.metrics.accounts.SignInRefusal;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.testing.chain.DevnetAccount;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sign-in and keys on a real database and Kafka, with a clock that tests move. */
class AccountsIT {

  private static final Wallet WALLET = Wallet.of(DevnetAccount.PAYER);
  private static final Address PAYER = WALLET.address();

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private final List<MetricsService> services = new ArrayList<>();
  private MetricsService service;

  /** By then each change was told once more. */
  private static final Duration TOLD_AGAIN = Duration.ofMinutes(5);

  @BeforeEach
  void startAnew() {
    stack.forget();
    service = process(stack.dataSource());
    new Database(stack.dataSource())
        .run(connection -> new PostgresDataSets().keepNewer(connection, List.of(indexed(12, 1))));
  }

  @AfterEach
  void closeServices() {
    services.forEach(MetricsService::close);
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  /** A process that tells nothing unless it is asked or started. */
  private MetricsService process(DataSource database) {
    MetricsService process =
        stack.service(
            database,
            clock,
            new SimpleMeterRegistry(),
            "filcdn.metrics.accounts.domain",
            "stats.example.com",
            "filcdn.metrics.accounts.keys-per-payer",
            "5",
            "filcdn.metrics.accounts.sign-ins-per-payer",
            "3");
    services.add(process);
    return process;
  }

  private static NewKey named(String name) {
    return new NewKey(name, Set.of(KeyScope.DOWNLOAD), Optional.empty(), Optional.empty());
  }

  private AccessKey made(String name) {
    return issued(service.accounts().keys().make(PAYER, named(name)));
  }

  private static AccessKey issued(KeyDesk.Outcome outcome) {
    assertThat(outcome).isInstanceOf(KeyDesk.Outcome.Issued.class);
    return ((KeyDesk.Outcome.Issued) outcome).key();
  }

  private SignIn.Outcome signIn(UnaryOperator<String> change) {
    Challenge challenge = service.accounts().signIn().challenge().orElseThrow();
    String message = change.apply(WALLET.message(challenge, clock.instant()));
    return service.accounts().signIn().signIn(message, WALLET.sign(message));
  }

  private static SignIn.Outcome refused(SignInRefusal reason) {
    return new SignIn.Outcome.Refused(reason);
  }

  private static KeyDesk.Outcome refused(KeyRefusal reason) {
    return new KeyDesk.Outcome.Refused(reason);
  }

  private static AccessKeyRecord last(List<ConsumerRecord<String, String>> records) {
    return RecordJson.read(records.getLast().value(), AccessKeyRecord.class);
  }

  @Test
  void aChangeIsToldByTheNextProcessWhereTheOneThatMadeItEnds() {
    AccessKey key = made("my app");
    service.close();

    MetricsService next = process(stack.dataSource());
    next.start();

    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> assertThat(stack.rows("select published from access_key")).containsExactly("1"));
    List<ConsumerRecord<String, String>> told = stack.written(Topic.KEYS);
    assertThat(told).extracting(ConsumerRecord::key).containsExactly(key.id().text());
    assertThat(last(told).standing(key, NOON)).isEqualTo(KeyStanding.GOOD);
    assertThat(last(told).payer()).isEqualTo(PAYER);
  }

  /** Whatever breaks before, within or after a transaction, the last record is the newest. */
  @Test
  void whateverBreaksTheNewestIsTold() {
    for (int seed = 0; seed < 5; seed++) {
      stack.forget();
      startAnew();
      AccessKey key = made("my app");
      MetricsService broken = process(new FailingDataSource(stack.dataSource(), seed, 0.3));
      for (int i = 0; i < 10; i++) {
        try {
          broken.accounts().publish();
        } catch (DatabaseException e) {
          assertThat(e).hasMessageContaining("broke");
        }
        if (i == 3) {
          assertThat(service.accounts().keys().revoke(PAYER, key.id())).isTrue();
        }
      }
      service.accounts().publish();

      List<ConsumerRecord<String, String>> told = stack.written(Topic.KEYS);
      assertThat(last(told).version()).isEqualTo(2);
      assertThat(last(told).standing(key, NOON)).isEqualTo(KeyStanding.REVOKED);
      assertThat(stack.rows("select published - version from access_key")).containsExactly("0");
    }
  }

  /** A process that lost the database in the middle of telling, and whose record comes late. */
  @Test
  void whatComesLateOfAnotherProcessIsToldOver() {
    AccessKey key = made("my app");
    service.accounts().publish();
    ConsumerRecord<String, String> old = stack.written(Topic.KEYS).getLast();
    assertThat(service.accounts().keys().revoke(PAYER, key.id())).isTrue();
    service.accounts().publish();
    stack.send(Topic.KEYS, old.partition(), old.key(), old.value());
    assertThat(last(stack.written(Topic.KEYS)).version()).isEqualTo(1);

    clock.move(TOLD_AGAIN);
    service.accounts().publish();

    assertThat(last(stack.written(Topic.KEYS)).standing(key, NOON)).isEqualTo(KeyStanding.REVOKED);
    clock.move(TOLD_AGAIN);
    service.accounts().publish();
    assertThat(stack.written(Topic.KEYS)).isEmpty();
  }

  @Test
  void aRevocationIsToldWithinSeconds() {
    AccessKey key = made("my app");
    service.start();
    await().atMost(Duration.ofMinutes(1)).until(() -> !stack.written(Topic.KEYS).isEmpty());

    assertThat(service.accounts().keys().revoke(PAYER, key.id())).isTrue();

    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              List<ConsumerRecord<String, String>> told = stack.written(Topic.KEYS);
              return !told.isEmpty() && last(told).revoked().isPresent();
            });
  }

  @Test
  void oldAndNewSecretsWorkInTheOverlapAndTheOldFailsAfterIt() {
    AccessKey old = made("my app");
    AccessKey next =
        issued(
            service
                .accounts()
                .keys()
                .rotate(PAYER, old.id(), new Rotation(Optional.of(Duration.ofMinutes(10)))));
    service.accounts().publish();

    AccessKeyRecord record = last(stack.written(Topic.KEYS));
    Instant within = NOON.plusSeconds(599);
    Instant after = NOON.plusSeconds(600);
    assertThat(record.standing(old, within)).isEqualTo(KeyStanding.GOOD);
    assertThat(record.standing(next, within)).isEqualTo(KeyStanding.GOOD);
    assertThat(record.standing(old, after)).isEqualTo(KeyStanding.SECRET_UNKNOWN);
    assertThat(record.standing(next, after)).isEqualTo(KeyStanding.GOOD);
  }

  @Test
  void secretsOfAKeyAreBounded() {
    AccessKey key = made("my app");
    Rotation slow = new Rotation(Optional.of(Duration.ofDays(1)));
    KeyDesk keys = service.accounts().keys();
    for (int i = 0; i < 3; i++) {
      issued(keys.rotate(PAYER, key.id(), slow));
    }

    assertThat(keys.rotate(PAYER, key.id(), slow)).isEqualTo(refused(KeyRefusal.TOO_MANY_SECRETS));
    clock.move(Duration.ofDays(1));
    issued(keys.rotate(PAYER, key.id(), slow));
  }

  @Test
  void aRotationThatEndsAllSecretsIsNeverRefused() {
    AccessKey key = made("my app");
    KeyDesk keys = service.accounts().keys();
    for (int i = 0; i < 3; i++) {
      issued(keys.rotate(PAYER, key.id(), new Rotation(Optional.of(Duration.ofDays(1)))));
    }

    issued(keys.rotate(PAYER, key.id(), new Rotation(Optional.of(Duration.ZERO))));
  }

  @Test
  void keysThatEndedMakeRoomForNewOnes() {
    for (int i = 0; i < 12; i++) {
      AccessKey key = made("key " + i);
      assertThat(service.accounts().keys().revoke(PAYER, key.id())).isTrue();
    }
  }

  @Test
  void keysOfAPayerAreBoundedHoweverManyAreAskedForAtOnce() throws Exception {
    List<Callable<KeyDesk.Outcome>> calls =
        IntStream.range(0, 20)
            .<Callable<KeyDesk.Outcome>>mapToObj(
                i -> () -> service.accounts().keys().make(PAYER, named("key " + i)))
            .toList();
    List<KeyDesk.Outcome> outcomes = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<KeyDesk.Outcome> outcome : threads.invokeAll(calls)) {
        outcomes.add(outcome.get());
      }
    }

    assertThat(outcomes).filteredOn(KeyDesk.Outcome.Issued.class::isInstance).hasSize(5);
    assertThat(outcomes)
        .filteredOn(KeyDesk.Outcome.Refused.class::isInstance)
        .containsOnly(refused(KeyRefusal.TOO_MANY_KEYS));
  }

  @Test
  void aKeyThatEndedIsForgottenAfterAMonthByATombstone() {
    AccessKey revoked = made("one");
    AccessKey expiring =
        issued(
            service
                .accounts()
                .keys()
                .make(
                    PAYER,
                    new NewKey(
                        "two",
                        Set.of(KeyScope.PIN),
                        Optional.empty(),
                        Optional.of(NOON.plusSeconds(60)))));
    AccessKey kept = made("three");
    assertThat(service.accounts().keys().revoke(PAYER, revoked.id())).isTrue();
    clock.move(Duration.ofDays(30).plusSeconds(59));
    service.tend();
    service.accounts().publish();
    assertThat(stack.rows("select id from access_key where not forgotten order by number"))
        .containsExactly(expiring.id().text(), kept.id().text());

    clock.move(Duration.ofSeconds(1));
    service.tend();
    service.accounts().publish();
    clock.move(TOLD_AGAIN);
    service.accounts().publish();

    assertThat(stack.rows("select id from access_key")).containsExactly(kept.id().text());
    assertThat(stack.written(Topic.KEYS))
        .filteredOn(record -> record.value() == null)
        .extracting(ConsumerRecord::key)
        .as("each is told twice")
        .containsExactlyInAnyOrder(
            revoked.id().text(), revoked.id().text(), expiring.id().text(), expiring.id().text());
  }

  @Test
  void aPayerSignsInOnceWithANonce() {
    Challenge challenge = service.accounts().signIn().challenge().orElseThrow();
    String message = WALLET.message(challenge, NOON);
    String signature = WALLET.sign(message);
    SignIn.Outcome first = service.accounts().signIn().signIn(message, signature);

    assertThat(first).isInstanceOf(SignIn.Outcome.SignedIn.class);
    assertThat(process(stack.dataSource()).accounts().signIn().signIn(message, signature))
        .isEqualTo(refused(SignInRefusal.NONCE_USED));
  }

  @Test
  void aSessionEndsByItself() {
    String token = ((SignIn.Outcome.SignedIn) signIn(UnaryOperator.identity())).token();
    assertThat(service.accounts().callers().payer("Bearer " + token)).contains(PAYER);

    clock.move(Duration.ofHours(1));

    assertThat(service.accounts().callers().payer("Bearer " + token)).isEmpty();
    service.tend();
    assertThat(stack.rows("select * from payer_session")).isEmpty();
    assertThat(stack.rows("select * from used_nonce")).isEmpty();
  }

  @Test
  void aMessageIsGoodForItsTimeAlone() {
    assertThat(signIn(m -> m + "\nExpiration Time: 2026-11-21T12:00:00Z"))
        .isEqualTo(refused(SignInRefusal.MESSAGE_EXPIRED));
    assertThat(signIn(m -> m + "\nNot Before: 2026-11-21T12:01:01Z"))
        .isEqualTo(refused(SignInRefusal.MESSAGE_EARLY));
    assertThat(signIn(m -> m.replace("Issued At: 2026", "Issued At: 2027")))
        .isEqualTo(refused(SignInRefusal.MESSAGE_EARLY));
    Challenge challenge = service.accounts().signIn().challenge().orElseThrow();
    clock.move(Duration.ofMinutes(5));
    String message = WALLET.message(challenge, clock.instant());
    assertThat(service.accounts().signIn().signIn(message, WALLET.sign(message)))
        .isEqualTo(refused(SignInRefusal.NONCE_UNKNOWN));
  }

  @Test
  void signInsOfAPayerAreBoundedAndNobodyElseUsesThemUp() {
    Wallet other = Wallet.of(DevnetAccount.OUTSIDER);
    for (int i = 0; i < 5; i++) {
      Challenge challenge = service.accounts().signIn().challenge().orElseThrow();
      String message = WALLET.message(challenge, NOON);
      assertThat(service.accounts().signIn().signIn(message, other.sign(message)))
          .isEqualTo(refused(SignInRefusal.SIGNATURE_WRONG));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(signIn(UnaryOperator.identity())).isInstanceOf(SignIn.Outcome.SignedIn.class);
    }

    assertThat(signIn(UnaryOperator.identity())).isEqualTo(refused(SignInRefusal.TOO_MANY));
    clock.move(Duration.ofMinutes(5));
    assertThat(signIn(UnaryOperator.identity())).isInstanceOf(SignIn.Outcome.SignedIn.class);
  }

  @Test
  void aKeyThatIsMalformedCostsNoLookUp() {
    AccessKey key = made("my app");
    MetricsService blind = process(new FailingDataSource(stack.dataSource(), 1, 1));
    String typo = key.text().substring(0, key.text().length() - 1) + "!";

    assertThat(blind.accounts().callers().payer("Bearer " + typo)).isEmpty();
    assertThat(blind.accounts().callers().payer("Bearer fcdns_short")).isEmpty();
    assertThatThrownBy(() -> blind.accounts().callers().payer("Bearer " + key.text()))
        .isInstanceOf(DatabaseException.class);
  }
}
