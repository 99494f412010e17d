package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.indexed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.policies.PolicyDesk;
import io.filcdn.metrics.policies.PolicyRefusal;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.SignedGrant;
import io.filcdn.wallet.TypedDomain;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policies on a real database and Kafka, with a clock that tests move. */
class PoliciesIT {

  private static final Wallet WALLET = Wallet.of(DevnetAccount.PAYER);
  private static final Address PAYER = WALLET.address();

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private final List<MetricsService> services = new ArrayList<>();
  private MetricsService service;

  @BeforeEach
  void startAnew() {
    stack.forget();
    service = process(stack.dataSource());
    new Database(stack.dataSource())
        .run(
            connection ->
                new PostgresDataSets()
                    .keepNewer(connection, List.of(indexed(12, 1), indexed(13, 1))));
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
    MetricsService process = stack.service(database, clock, new SimpleMeterRegistry());
    services.add(process);
    return process;
  }

  /** A grant of public access with this serial, and with what a test changes of it. */
  static RetrievalGrant grant(long serial, Map<String, Object> changes) {
    Map<String, Object> members = new HashMap<>();
    members.put("payer", PAYER);
    members.put("dataSets", List.of("12"));
    members.put("access", "public");
    members.put("delegateKeyId", "0x" + "0".repeat(64));
    members.put("delegateJwk", "");
    for (String number :
        List.of(
            "notBefore",
            "expires",
            "maxBytes",
            "maxBytesPerDay",
            "maxBytesPerDayOfKey",
            "maxBytesPerDayOfClient")) {
      members.put(number, "0");
    }
    members.put("origins", List.of());
    members.put("cidrs", List.of());
    members.put("pieces", List.of());
    members.put("serial", Long.toString(serial));
    members.putAll(changes);
    return RecordJson.readStrictly(RecordJson.write(members), RetrievalGrant.class);
  }

  private SignedGrant signed(RetrievalGrant grant) {
    TypedDomain domain = service.policies().domain();
    return new SignedGrant(domain, grant, WALLET.sign(grant, domain));
  }

  private PolicyDesk.Outcome set(long serial, Map<String, Object> changes) {
    return service.policies().set(signed(grant(serial, changes)));
  }

  private static PolicyDesk.Outcome refused(PolicyRefusal reason) {
    return new PolicyDesk.Outcome.Refused(reason);
  }

  private static List<String> told(List<ConsumerRecord<String, String>> records) {
    return records.stream()
        .map(
            record -> {
              PolicyRecord policy = RecordJson.readStrictly(record.value(), PolicyRecord.class);
              assertThat(record.key()).isEqualTo(policy.key());
              return "%s %s %d".formatted(policy.key(), policy.access(), policy.serial());
            })
        .toList();
  }

  @Test
  void aPolicyIsToldByTheNextProcessWhereTheOneThatTookItEnds() {
    assertThat(set(1, Map.of("access", "keys"))).isInstanceOf(PolicyDesk.Outcome.Set.class);
    service.close();

    MetricsService next = process(stack.dataSource());
    next.start();

    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> assertThat(stack.rows("select published from policy")).containsExactly("1"));
    assertThat(told(stack.written(Topic.POLICIES))).containsExactly(PAYER + "/fwss/12 keys 1");
  }

  @Test
  void aSerialCountsOnceForEachDataSetOfAPayer() {
    assertThat(set(7, Map.of())).isInstanceOf(PolicyDesk.Outcome.Set.class);

    assertThat(set(7, Map.of())).isEqualTo(refused(PolicyRefusal.SERIAL_USED));
    assertThat(set(6, Map.of("access", "keys"))).isEqualTo(refused(PolicyRefusal.SERIAL_USED));
    assertThat(set(6, Map.of("dataSets", List.of("13"))))
        .isInstanceOf(PolicyDesk.Outcome.Set.class);
    assertThat(set(7, Map.of("dataSets", List.of("13", "12"))))
        .isEqualTo(refused(PolicyRefusal.SERIAL_USED));
    assertThat(set(1, Map.of("dataSets", List.of()))).isInstanceOf(PolicyDesk.Outcome.Set.class);
    assertThat(set(8, Map.of("dataSets", List.of("13", "12", "13"), "access", "keys")))
        .isInstanceOf(PolicyDesk.Outcome.Set.class);

    service.policies().publish();
    assertThat(told(stack.written(Topic.POLICIES)))
        .containsExactlyInAnyOrder(
            PAYER + "/fwss/12 keys 8", PAYER + "/fwss/13 keys 8", PAYER + "/* public 1");
    assertThat(stack.rows("select detail from audit order by id"))
        .contains(
            "public for [fwss/12], serial 7, signed by the wallet",
            "keys for [fwss/13, fwss/12], serial 8, signed by the wallet")
        .contains(
            "public for all data sets without a policy of their own, serial 1, signed by the wallet");
  }

  @Test
  void ofGrantsWithOneSerialThatComeAtOnceOneCounts() throws Exception {
    List<Callable<PolicyDesk.Outcome>> calls =
        IntStream.range(0, 12)
            .<Callable<PolicyDesk.Outcome>>mapToObj(i -> () -> set(1, Map.of()))
            .toList();
    List<PolicyDesk.Outcome> outcomes = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (Future<PolicyDesk.Outcome> outcome : threads.invokeAll(calls)) {
        outcomes.add(outcome.get());
      }
    }

    assertThat(outcomes).filteredOn(PolicyDesk.Outcome.Set.class::isInstance).hasSize(1);
    assertThat(outcomes)
        .filteredOn(PolicyDesk.Outcome.Refused.class::isInstance)
        .containsOnly(refused(PolicyRefusal.SERIAL_USED));
  }

  /** Whatever breaks before, within or after a transaction, the last record is the newest. */
  @Test
  void whateverBreaksTheNewestIsTold() {
    for (int seed = 0; seed < 5; seed++) {
      startAnew();
      assertThat(set(1, Map.of())).isInstanceOf(PolicyDesk.Outcome.Set.class);
      MetricsService broken = process(new FailingDataSource(stack.dataSource(), seed, 0.3));
      for (int i = 0; i < 10; i++) {
        try {
          broken.policies().publish();
        } catch (DatabaseException e) {
          assertThat(e).hasMessageContaining("broke");
        }
        if (i == 3) {
          assertThat(set(2, Map.of("access", "keys"))).isInstanceOf(PolicyDesk.Outcome.Set.class);
        }
      }
      service.policies().publish();

      assertThat(told(stack.written(Topic.POLICIES)).getLast())
          .isEqualTo(PAYER + "/fwss/12 keys 2");
      assertThat(stack.rows("select published - serial from policy")).containsExactly("0");
    }
  }

  /** A process that lost the database in the middle of telling, and whose record comes late. */
  @Test
  void whatComesLateOfAnotherProcessIsToldOver() {
    assertThat(set(1, Map.of())).isInstanceOf(PolicyDesk.Outcome.Set.class);
    service.policies().publish();
    ConsumerRecord<String, String> old = stack.written(Topic.POLICIES).getLast();
    assertThat(set(2, Map.of("access", "keys"))).isInstanceOf(PolicyDesk.Outcome.Set.class);
    service.policies().publish();
    stack.send(Topic.POLICIES, old.partition(), old.key(), old.value());
    assertThat(told(stack.written(Topic.POLICIES))).endsWith(PAYER + "/fwss/12 public 1");

    clock.move(Duration.ofMinutes(5));
    service.policies().publish();

    assertThat(told(stack.written(Topic.POLICIES))).containsExactly(PAYER + "/fwss/12 keys 2");
    clock.move(Duration.ofMinutes(5));
    service.policies().publish();
    assertThat(stack.written(Topic.POLICIES)).isEmpty();
  }

  @Test
  void aPayerSetsPoliciesOfHisOwnDataSetsAlone() {
    Wallet other = Wallet.of(DevnetAccount.OUTSIDER);
    RetrievalGrant stranger = grant(1, Map.of("payer", other.address(), "dataSets", List.of()));
    TypedDomain domain = service.policies().domain();

    assertThat(
            service.policies().set(new SignedGrant(domain, stranger, other.sign(stranger, domain))))
        .isEqualTo(refused(PolicyRefusal.PAYER_UNKNOWN));
    assertThat(set(1, Map.of("dataSets", List.of("12", "99"))))
        .isEqualTo(refused(PolicyRefusal.DATA_SET_FOREIGN));
    assertThat(stack.rows("select * from policy")).isEmpty();
  }

  /** Answers that need no look-up can be asked for as often as one likes. */
  @Test
  void whatIsNotThePayersWordCostsNoLookUp() {
    MetricsService blind = process(new FailingDataSource(stack.dataSource(), 1, 1));
    SignedGrant good = signed(grant(1, Map.of()));
    TypedDomain domain = good.domain();
    RetrievalGrant grant = good.message();
    PolicyDesk desk = blind.policies();

    assertThat(desk.set(new SignedGrant(domain, grant, "0x12")))
        .isEqualTo(refused(PolicyRefusal.SIGNATURE_MALFORMED));
    assertThat(desk.set(wrong(good, new TypedDomain("FilCDM", "1", 1, PAYER))))
        .isEqualTo(refused(PolicyRefusal.DOMAIN_WRONG));
    assertThat(
            desk.set(wrong(good, new TypedDomain("FilCDN", "1", 314, domain.verifyingContract()))))
        .isEqualTo(refused(PolicyRefusal.CHAIN_WRONG));
    assertThat(desk.set(wrong(good, new TypedDomain("FilCDN", "1", domain.chainId(), PAYER))))
        .isEqualTo(refused(PolicyRefusal.CONTRACT_WRONG));
    assertThat(
            desk.set(
                new SignedGrant(
                    domain, grant, Wallet.of(DevnetAccount.SECOND_PAYER).sign(grant, domain))))
        .isEqualTo(refused(PolicyRefusal.SIGNATURE_WRONG));
    assertThat(desk.set(new SignedGrant(domain, grant(2, Map.of()), good.signature())))
        .isEqualTo(refused(PolicyRefusal.SIGNATURE_WRONG));
    assertThat(desk.set(new SignedGrant(domain, grant, "0x" + "00".repeat(65))))
        .isEqualTo(refused(PolicyRefusal.SIGNATURE_WRONG));
    assertThatThrownBy(() -> desk.set(good)).isInstanceOf(DatabaseException.class);
  }

  /** Signed for another domain, and named for it. */
  private static SignedGrant wrong(SignedGrant good, TypedDomain other) {
    return new SignedGrant(other, good.message(), WALLET.sign(good.message(), other));
  }

  @Test
  void aGrantThatIsOverIsRefused() {
    String past = Long.toString(NOON.getEpochSecond());
    String later = Long.toString(NOON.getEpochSecond() + 1);

    assertThat(set(1, Map.of("expires", past))).isEqualTo(refused(PolicyRefusal.EXPIRY_PAST));
    assertThat(set(1, Map.of("expires", later))).isInstanceOf(PolicyDesk.Outcome.Set.class);
    assertThat(service.policies().list(PAYER, Long.MAX_VALUE, 10))
        .singleElement()
        .satisfies(
            policy -> {
              assertThat(policy.record().access()).isEqualTo(PolicyAccess.PUBLIC);
              assertThat(policy.grant().message().expires()).isEqualTo(later);
              assertThat(policy.posted()).isEqualTo(NOON);
            });
  }

  @Test
  void capsAreKeptAndTold() {
    assertThat(
            set(
                1,
                Map.of(
                    "maxBytes", "4",
                    "maxBytesPerDay", "3",
                    "maxBytesPerDayOfKey", "2",
                    "maxBytesPerDayOfClient", "1")))
        .isInstanceOf(PolicyDesk.Outcome.Set.class);

    assertThat(
            stack.rows("select cap_life, cap_day, cap_day_of_key, cap_day_of_client from policy"))
        .containsExactly("4 3 2 1");
    service.policies().publish();
    assertThat(stack.written(Topic.POLICIES))
        .singleElement()
        .satisfies(
            record ->
                assertThat(record.value())
                    .contains(
                        "\"limits\":{\"bytes\":\"4\",\"bytesPerDay\":\"3\",\"bytesPerDayOfKey\":\"2\","
                            + "\"bytesPerDayOfClient\":\"1\"}"));
  }
}
