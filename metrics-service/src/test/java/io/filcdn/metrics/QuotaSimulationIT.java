package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.indexed;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.SecretHash;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.accounts.KeyDesk;
import io.filcdn.metrics.accounts.NewKey;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.quota.PostgresLeases.Totals;
import io.filcdn.service.database.Database;
import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many edges serve from leases, from a seed: downloads overlap and break off, edges are killed with
 * what they had not flushed, the database breaks off at any step so that acknowledgements are lost,
 * records come twice and out of order and over more partitions as time goes by, and a reorg takes
 * top-ups back; half of it with a key, and much of it under a policy's caps or with a signed
 * token's, while days go by. What was served never exceeds the final top-ups and the limit of
 * unfinal ones, nor any cap, and in the end the totals are exact, of caps at least what was served,
 * and nothing is held.
 */
class QuotaSimulationIT {

  private static final int STEPS = 400;
  private static final int EDGES = 5;
  private static final int DATA_SETS = 3;
  private static final double FAILURES = 0.02;

  /** How much counts of what is not final: more than one top-up, less than two. */
  private static final long UNFINAL_LIMIT = 5000;

  private static final long LIFE_CAP = 30_000;
  private static final long DAY_CAP = 9_000;
  private static final long MONTH_CAP = 25_000;

  /** Of a data set in all, on a day, and on a day for a client. */
  private static final long POLICY_CAP = 24_000;

  private static final long POLICY_DAY_CAP = 8_000;
  private static final long CLIENT_CAP = 4_000;
  private static final long TOKEN_CAP = 6_000;

  private static final TestStack stack = new TestStack();

  private final List<EgressRecord> sent = new ArrayList<>();
  private final List<SimulatedEdge> edges = new ArrayList<>();
  private final long[] finalBytes = new long[DATA_SETS];
  private final long[] unfinalBytes = new long[DATA_SETS];
  private final long[] versions = new long[DATA_SETS];
  private Optional<KeyId> key = Optional.empty();
  private MovedClock clock = new MovedClock(NOON.plusSeconds(60));

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @Test
  void whatIsServedNeverExceedsWhatWasPaidFor() {
    simulate(1);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4})
  void whatIsServedNeverExceedsWhatWasPaidForWhateverElseHappens(long seed) {
    simulate(seed);
  }

  private void simulate(long seed) {
    stack.forget();
    Random random = new Random(seed);
    clock = new MovedClock(NOON.plusSeconds(60));
    var failing = new FailingDataSource(stack.dataSource(), seed, FAILURES);
    try (MetricsService service =
        stack.service(
            failing,
            clock,
            new SimpleMeterRegistry(),
            "filcdn.metrics.leases.required",
            "true",
            "filcdn.metrics.quota.unfinal-limit",
            LeaseDeskIT.bytes(UNFINAL_LIMIT).toString())) {
      for (int dataSet = 0; dataSet < DATA_SETS; dataSet++) {
        finalBytes[dataSet] = 20_000;
        tell(dataSet);
      }
      key = Optional.of(newKey());
      setPolicy();
      for (long edge = 1; edge <= EDGES; edge++) {
        edges.add(new SimulatedEdge(seed * 1000 + edge, service.leaseDesk()));
      }
      for (int step = 0; step < STEPS; step++) {
        step(service, random, 1 + step / 100);
        nothingIsOverdrawn();
      }
      long served = servedByAll();
      quiet(service);

      assertThat(served).as("bytes that were served at all").isPositive();
      assertThat(
              stack.rows("select data_set, cdn_bytes from odometer where cdn_bytes > 0 order by 1"))
          .isEqualTo(recorded());
      assertThat(stack.rows("select period, bytes from key_usage where bytes > 0 order by 1"))
          .isEqualTo(recordedOfKey());
      assertThat(new Database(stack.dataSource()).call(new PostgresLeases()::totals))
          .isEqualTo(Totals.NONE);
      usedOfCapsIsWhatWasServedOrMore();
    }
  }

  private void step(MetricsService service, Random random, int partitions) {
    SimulatedEdge edge = edges.get(random.nextInt(EDGES));
    int dataSet = random.nextInt(DATA_SETS);
    switch (random.nextInt(13)) {
      case 0, 1, 2, 3, 4 ->
          attempt(() -> edge.begin(payer(random, dataSet), 1 + random.nextInt(3000)));
      case 5, 6 -> edge.endOne(random);
      case 7 -> sent.addAll(edge.flush(random.nextInt(partitions)));
      case 8, 9 -> deliver(service, random);
      case 10 -> {
        if (random.nextInt(4) == 0) {
          edge.kill();
        } else {
          attempt(edge::giveBack);
        }
      }
      case 11 -> clock.move(Duration.ofMinutes(random.nextInt(90)));
      default -> topUp(random, dataSet);
    }
  }

  /**
   * The key's bytes in all are fewer than the data sets pay for, and those of a day fewer still.
   */
  private KeyId newKey() {
    KeyLimits limits =
        RecordJson.read(
            "{\"bytes\":\"%d\",\"bytesPerDay\":\"%d\",\"bytesPerMonth\":\"%d\"}"
                .formatted(LIFE_CAP, DAY_CAP, MONTH_CAP),
            KeyLimits.class);
    NewKey wanted =
        new NewKey("my app", Set.of(KeyScope.DOWNLOAD), Optional.of(limits), Optional.empty());
    try (MetricsService whole =
        stack.service(stack.dataSource(), clock, new SimpleMeterRegistry())) {
      KeyDesk.Outcome outcome = whole.accounts().keys().make(Samples.PAYER, wanted);
      return ((KeyDesk.Outcome.Issued) outcome).key().id();
    }
  }

  private SimulatedEdge.Payer payer(Random random, int dataSet) {
    LocalDate day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    return new SimulatedEdge.Payer(
        dataSet(dataSet),
        key.filter(_ -> random.nextBoolean()).map(id -> new EgressRow.UsedKey(id, day)),
        random.nextInt(3) == 0 ? List.of() : caps(random, dataSet, new CapPeriod.Day(day)));
  }

  private static List<CapName> caps(Random random, int number, CapPeriod day) {
    DataSetId dataSet = dataSet(number);
    List<CapName> caps = new ArrayList<>();
    caps.add(new CapName.OfPolicy(dataSet, new CapBearer.All(), new CapPeriod.Life()));
    caps.add(new CapName.OfPolicy(dataSet, new CapBearer.All(), day));
    caps.add(new CapName.OfPolicy(dataSet, new CapBearer.Client(random.nextInt(3)), day));
    if (random.nextBoolean()) {
      caps.add(
          new CapName.OfToken(
              Samples.PAYER,
              SecretHash.of("token " + random.nextInt(3)),
              ByteCount.of(TOKEN_CAP),
              NOON.plus(Duration.ofDays(30))));
    }
    return caps;
  }

  /** The policy of all data sets, which their payer's wallet did not sign. */
  private static void setPolicy() {
    PolicyLimits limits =
        new PolicyLimits(
            Optional.of(ByteCount.of(POLICY_CAP)),
            Optional.of(ByteCount.of(POLICY_DAY_CAP)),
            Optional.empty(),
            Optional.of(ByteCount.of(CLIENT_CAP)),
            List.of(),
            List.of(),
            List.of());
    CapsIT.set(stack, Optional.empty(), limits, 1);
  }

  /** Some of what was sent, late or again, in any order. */
  private void deliver(MetricsService service, Random random) {
    List<SourceRecord> some = new ArrayList<>();
    for (int i = 0; i < 8 && !sent.isEmpty(); i++) {
      some.add(TestStack.source(sent.get(random.nextInt(sent.size()))));
    }
    attempt(
        () -> {
          service.pipeline().apply(new Batch(Topic.EGRESS.topicName(), some));
          return true;
        });
  }

  private void topUp(Random random, int dataSet) {
    switch (random.nextInt(3)) {
      case 0 -> unfinalBytes[dataSet] += 3000;
      case 1 -> unfinalBytes[dataSet] = 0; // a reorg
      default -> {
        finalBytes[dataSet] += unfinalBytes[dataSet];
        unfinalBytes[dataSet] = 0;
      }
    }
    tell(dataSet);
  }

  private void tell(int dataSet) {
    versions[dataSet]++;
    TopUps topUps =
        new TopUps(
            LeaseDeskIT.bytes(finalBytes[dataSet]),
            LeaseDeskIT.bytes(unfinalBytes[dataSet]),
            TokenAmount.ZERO,
            TokenAmount.ZERO);
    new Database(stack.dataSource())
        .run(
            connection ->
                new PostgresDataSets()
                    .keepNewer(
                        connection,
                        List.of(indexed(dataSet, versions[dataSet], topUps, Reported.NONE))));
  }

  /** Whatever was served, recorded or lost, was paid for; whatever a reorg took back. */
  private void nothingIsOverdrawn() {
    for (int dataSet = 0; dataSet < DATA_SETS; dataSet++) {
      long served = 0;
      for (SimulatedEdge edge : edges) {
        served += edge.served(QuotaName.cdn(dataSet(dataSet)));
      }
      assertThat(served)
          .as("served of %d", dataSet)
          .isLessThanOrEqualTo(finalBytes[dataSet] + UNFINAL_LIMIT);
    }
    for (QuotaName.OfKey name : namesOfKey()) {
      long cap =
          switch (name.period()) {
            case CapPeriod.Life _ -> LIFE_CAP;
            case CapPeriod.Day _ -> DAY_CAP;
            case CapPeriod.Month _ -> MONTH_CAP;
          };
      assertThat(edges.stream().mapToLong(edge -> edge.served(name)).sum())
          .as("served of %s", name)
          .isLessThanOrEqualTo(cap);
    }
    capsAreNotExceeded();
  }

  private void capsAreNotExceeded() {
    for (CapName name : namesOfCaps()) {
      long cap =
          switch (name) {
            case CapName.OfToken token -> token.bytes().bytes();
            case CapName.OfPolicy(_, CapBearer.Client _, _) -> CLIENT_CAP;
            case CapName.OfPolicy(_, _, CapPeriod.Life _) -> POLICY_CAP;
            case CapName.OfPolicy _ -> POLICY_DAY_CAP;
          };
      assertThat(edges.stream().mapToLong(edge -> edge.served(name)).sum())
          .as("served of %s", name.text())
          .isLessThanOrEqualTo(cap);
    }
  }

  /** What killed edges held counts as used, too. */
  private void usedOfCapsIsWhatWasServedOrMore() {
    assertThat(namesOfCaps()).isNotEmpty();
    for (CapName name : namesOfCaps()) {
      String used =
          stack
              .rows(
                  "select used from held where data_set = '%s' and quota = '%s'"
                      .formatted(name.owner(), name.part()))
              .getFirst();
      assertThat(Long.parseLong(used))
          .as("used of %s", name.text())
          .isGreaterThanOrEqualTo(edges.stream().mapToLong(edge -> edge.served(name)).sum());
    }
  }

  private List<CapName> namesOfCaps() {
    return edges.stream()
        .flatMap(edge -> edge.names().stream())
        .filter(CapName.class::isInstance)
        .map(CapName.class::cast)
        .distinct()
        .toList();
  }

  private List<QuotaName.OfKey> namesOfKey() {
    return edges.stream()
        .flatMap(edge -> edge.names().stream())
        .filter(QuotaName.OfKey.class::isInstance)
        .map(QuotaName.OfKey.class::cast)
        .distinct()
        .sorted()
        .toList();
  }

  private List<String> recordedOfKey() {
    return namesOfKey().stream()
        .map(
            name ->
                "%s %d"
                    .formatted(
                        name.period(), edges.stream().mapToLong(edge -> edge.flushed(name)).sum()))
        .filter(row -> !row.endsWith(" 0"))
        .toList();
  }

  private long servedByAll() {
    return java.util.stream.IntStream.range(0, DATA_SETS)
        .mapToLong(
            d -> edges.stream().mapToLong(edge -> edge.served(QuotaName.cdn(dataSet(d)))).sum())
        .sum();
  }

  /** All edges stop, all records arrive, all journals end. */
  private void quiet(MetricsService service) {
    for (SimulatedEdge edge : edges) {
      edge.endAll();
      sent.addAll(edge.flush(0));
      edge.kill();
    }
    insist(
        () -> {
          List<SourceRecord> all = sent.stream().map(TestStack::source).toList();
          service.pipeline().apply(new Batch(Topic.EGRESS.topicName(), all));
          return true;
        });
    for (SimulatedEdge edge : edges) {
      insist(edge::endJournals);
    }
  }

  private List<String> recorded() {
    List<String> rows = new ArrayList<>();
    for (int dataSet = 0; dataSet < DATA_SETS; dataSet++) {
      long sum = 0;
      for (SimulatedEdge edge : edges) {
        sum += edge.flushed(QuotaName.cdn(dataSet(dataSet)));
      }
      if (sum > 0) {
        rows.add("fwss/%d %d".formatted(dataSet, sum));
      }
    }
    return rows;
  }

  /** Whether it worked; where the database broke off, nobody knows what was done. */
  private static boolean attempt(Supplier<Boolean> call) {
    try {
      return call.get();
    } catch (DatabaseException e) {
      return false;
    }
  }

  private static void insist(Supplier<Boolean> call) {
    int times = 0;
    while (!attempt(call)) {
      assertThat(times++).as("attempts").isLessThan(500);
    }
  }
}
