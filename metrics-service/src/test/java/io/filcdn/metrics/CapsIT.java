package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.PolicyAccess;
import io.filcdn.common.access.PolicyLimits;
import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.access.SecretHash;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.quota.LeaseDesk.CapUse;
import io.filcdn.metrics.quota.LeaseDesk.Correction;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.quota.PostgresLeaseJournals;
import io.filcdn.metrics.quota.PostgresLeaseJournals.LeasingEdge;
import io.filcdn.metrics.quota.PostgresLeases;
import io.filcdn.metrics.quota.PostgresLeases.Totals;
import io.filcdn.service.database.Database;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.PreparedStatement;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Caps of policies and signed tokens: what edges are given, and what they say, in real tables. */
class CapsIT {

  private static final LocalDate TODAY = LocalDate.ofInstant(NOON, ZoneOffset.UTC);
  private static final CapPeriod DAY = new CapPeriod.Day(TODAY);
  private static final CapBearer ALL = new CapBearer.All();
  private static final String LIMITS =
      "{\"bytes\":\"2000\",\"bytesPerDay\":\"1000\",\"bytesPerDayOfKey\":\"400\","
          + "\"bytesPerDayOfClient\":\"300\"}";

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private MetricsService service;

  @BeforeEach
  void startAnew() {
    stack.forget();
    service = process();
    new Database(stack.dataSource())
        .run(
            connection ->
                new PostgresDataSets()
                    .keepNewer(connection, List.of(indexed(7, 1), indexed(8, 1))));
    set(LIMITS, 1);
  }

  @AfterEach
  void closeService() {
    service.close();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  private MetricsService process() {
    return stack.service(
        stack.dataSource(),
        clock,
        new SimpleMeterRegistry(),
        "filcdn.metrics.leases.required",
        "true");
  }

  /** The policy of data set 7. */
  private static void set(String limits, long serial) {
    set(stack, Optional.of(dataSet(7)), RecordJson.read(limits, PolicyLimits.class), serial);
  }

  /** Sets a policy that nobody signed. */
  static void set(TestStack stack, Optional<DataSetId> dataSet, PolicyLimits limits, long serial) {
    PolicyRecord record =
        new PolicyRecord(
            Samples.PAYER,
            dataSet,
            PolicyAccess.PUBLIC,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            limits,
            serial);
    new Database(stack.dataSource())
        .run(
            connection -> {
              try (PreparedStatement statement =
                  connection.prepareStatement(
                      """
                      insert into policy (payer, data_set, serial, record, signed_grant, posted_at)
                      values (?, ?, ?, ?, '{}', now()) on conflict (payer, data_set)
                      do update set serial = excluded.serial, record = excluded.record
                      """)) {
                statement.setString(1, Samples.PAYER.hex());
                statement.setString(2, dataSet.map(DataSetId::toString).orElse("*"));
                statement.setLong(3, serial);
                statement.setString(4, RecordJson.write(record));
                statement.executeUpdate();
              }
            });
  }

  private static CapName policy(CapBearer bearer, CapPeriod period) {
    return new CapName.OfPolicy(dataSet(7), bearer, period);
  }

  private static CapName client(int bucket) {
    return policy(new CapBearer.Client(bucket), DAY);
  }

  private static CapName token(String text, long bytes) {
    return new CapName.OfToken(
        Samples.PAYER, SecretHash.of(text), ByteCount.of(bytes), NOON.plus(Duration.ofMinutes(10)));
  }

  private Lease lease(long journal, CapName name, long acquired, long returned, long used) {
    return answer(journal, List.of(ask(name, acquired, returned, used))).leases().getFirst();
  }

  private static Ask ask(CapName name, long acquired, long returned, long used) {
    return new Ask(
        name,
        ByteCount.of(acquired),
        ByteCount.of(acquired),
        ByteCount.of(returned),
        Optional.of(ByteCount.of(used)));
  }

  private LeaseAnswer answer(long journal, List<Ask> asks) {
    return TestEdges.lease(
        service.leaseDesk(), new LeaseRequest(journal(journal), TestEdges.EDGE, asks));
  }

  private long given(long journal, CapName name, long acquired) {
    return lease(journal, name, acquired, 0, 0).acquired().bytes();
  }

  private static Totals totals() {
    return new Database(stack.dataSource()).call(new PostgresLeases()::totals);
  }

  private static long used(CapName name) {
    return Long.parseLong(
        stack
            .rows(
                "select used from held where data_set = '%s' and quota = '%s'"
                    .formatted(name.owner(), name.part()))
            .getFirst());
  }

  @Test
  void manyEdgesAtOnceAreNeverGivenMoreThanACap() throws Exception {
    for (CapName name :
        List.of(policy(ALL, DAY), policy(ALL, new CapPeriod.Life()), client(3), token("t", 500))) {
      long cap = lease(100, name, 0, 0, 0).unspent().orElseThrow().bytes();
      List<Callable<Long>> edges = new ArrayList<>();
      for (int edge = 1; edge <= 6; edge++) {
        int number = edge;
        edges.add(
            () -> {
              long acquired = 0;
              for (int times = 0; times < 40; times++) {
                // what was given is served, and told with the next ask
                acquired = lease(number, name, acquired + 11, 0, acquired).acquired().bytes();
              }
              return acquired;
            });
      }
      long sum = 0;
      try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
        for (Future<Long> edge : threads.invokeAll(edges)) {
          sum += edge.get();
        }
      }

      assertThat(sum).as("%s", name.text()).isEqualTo(cap - cap % 11);
    }
  }

  @ParameterizedTest
  @CsvSource({"all,life,2000", "all,day,1000", "token/5,day,400", "client/5,day,300"})
  void theCapIsThePolicys(String bearer, String period, long cap) {
    CapName name = policy(CapBearer.of(bearer), period.equals("day") ? DAY : CapPeriod.of(period));

    assertThat(given(1, name, cap + 1)).isZero();
    assertThat(given(1, name, cap)).isEqualTo(cap);
    assertThat(lease(2, name, 1, 0, 0).unspent()).contains(ByteCount.of(cap));
  }

  @Test
  void aKeyHasACapWhereItIsThePayers() {
    stack.execute(
        """
        insert into access_key (id, payer, name, record, version) values
          ('abcdefABCDEF', '%s', 'a', '{}', 1), ('ghijklGHIJKL', '0x%s', 'b', '{}', 1)
        """
            .formatted(Samples.PAYER.hex(), "bb".repeat(20)));

    assertThat(given(1, ofKey("abcdefABCDEF"), 401)).isZero();
    assertThat(given(1, ofKey("abcdefABCDEF"), 400)).isEqualTo(400);
    assertThat(lease(1, ofKey("ghijklGHIJKL"), 1, 0, 0).unspent()).as("another's").isEmpty();
    assertThat(lease(1, ofKey("mnopqrMNOPQR"), 1, 0, 0).unspent()).as("made up").isEmpty();
    assertThat(stack.rows("select data_set from held")).hasSize(1);
  }

  private static CapName ofKey(String id) {
    return policy(new CapBearer.Key(KeyId.of(id)), DAY);
  }

  @Test
  void theGeneralPolicyHoldsForEachDataSetWithoutOneOfItsOwn() {
    CapName other = new CapName.OfPolicy(dataSet(8), ALL, DAY);
    CapName unknown = new CapName.OfPolicy(dataSet(99), ALL, DAY);
    assertThat(lease(1, other, 10, 0, 0).unspent()).as("it has no cap").isEmpty();
    set(
        stack,
        Optional.empty(),
        RecordJson.read("{\"bytesPerDay\":\"50\"}", PolicyLimits.class),
        9);

    assertThat(given(1, other, 50)).isEqualTo(50);
    assertThat(given(2, other, 1)).isZero();
    assertThat(given(1, policy(ALL, DAY), 1000)).isEqualTo(1000);
    assertThat(lease(1, unknown, 1, 0, 0).unspent()).isEmpty();
    assertThat(
            lease(1, new CapName.OfPolicy(dataSet(8), new CapBearer.Client(1), DAY), 1, 0, 0)
                .unspent())
        .isEmpty();
  }

  @Test
  void whatIsToldToBeUsedLeavesLessAndCountsOnce() {
    CapName name = policy(ALL, DAY);
    lease(1, name, 600, 0, 0);

    Lease first = lease(1, name, 600, 100, 200);
    Lease again = lease(1, name, 600, 100, 200);

    assertThat(first).isEqualTo(again);
    assertThat(first)
        .isEqualTo(
            new Lease(
                name,
                ByteCount.of(600),
                ByteCount.of(100),
                ByteCount.of(200),
                Optional.of(ByteCount.of(800))));
    assertThat(used(name)).isEqualTo(200);
    assertThat(given(2, name, 501)).as("300 are held").isZero();
    assertThat(given(2, name, 500)).isEqualTo(500);
    assertThat(totals()).isEqualTo(new Totals(800, 0, 0));
  }

  /** An edge that says it used more than it has, or gave back what it used. */
  @Test
  void noMoreCountsAsUsedThanWasGivenAndKept() {
    CapName name = policy(ALL, DAY);
    lease(1, name, 600, 0, 0);

    assertThat(lease(1, name, 600, 500, 1_000_000).applied()).isEqualTo(ByteCount.of(100));
    assertThat(lease(1, name, 600, 600, 50).returned()).isEqualTo(ByteCount.of(500));
    assertThat(lease(2, name, 5, 9, 9).acquired()).isEqualTo(ByteCount.of(5));
    assertThat(used(name)).isEqualTo(100);
    assertThat(totals().drift()).isZero();
    assertThat(given(3, name, 900 - 5)).isEqualTo(900 - 5);
  }

  /** Who says that a token allows more names another token; what honest edges get is the same. */
  @Test
  void whoTellsAnotherCapOrEndOfATokenTakesNothingFromIt() {
    CapName honest = token("t", 500);
    assertThat(given(1, token("t", 1_000_000), 900_000)).isEqualTo(900_000);
    assertThat(given(1, token("t", 1), 1)).isOne();
    assertThat(given(1, token("another", 500), 500)).isEqualTo(500);

    assertThat(given(2, honest, 501)).isZero();
    assertThat(given(2, honest, 300)).isEqualTo(300);
    assertThat(given(3, honest, 200)).isEqualTo(200);
    assertThat(given(4, honest, 1)).isZero();
  }

  @Test
  void aTokenOfTooLongALifeGetsNothingNorDoesOneThatHasLongEnded() {
    Instant latest = NOON.plus(CapName.LONGEST_TOKEN).plusSeconds(60);
    for (Instant end : List.of(latest.plusSeconds(1), Instant.parse("9998-12-31T23:59:59Z"))) {
      assertThat(lease(1, ending(end), 1, 0, 0).unspent()).isEmpty();
    }
    assertThat(given(1, ending(latest), 10)).isEqualTo(10);
    assertThat(given(1, ending(NOON.minus(Duration.ofMinutes(59))), 10)).isEqualTo(10);
    assertThat(given(1, ending(NOON.minus(Duration.ofMinutes(61))), 10)).isZero();
    assertThat(stack.rows("select count(*) from held"))
        .as("what is never given takes no room")
        .containsExactly("2");
  }

  private static CapName ending(Instant end) {
    return new CapName.OfToken(Samples.PAYER, SecretHash.of("t"), ByteCount.of(10), end);
  }

  @Test
  void aStrangersTokensTakeNoRoom() {
    CapName foreign =
        new CapName.OfToken(
            Address.of("0x" + "bb".repeat(20)),
            SecretHash.of("t"),
            ByteCount.of(10),
            NOON.plusSeconds(60));

    List<Lease> leases =
        answer(1, List.of(ask(foreign, 5, 0, 0), ask(client(1), 5, 0, 0))).leases();

    assertThat(leases.getFirst())
        .isEqualTo(
            new Lease(foreign, ByteCount.ZERO, ByteCount.ZERO, ByteCount.ZERO, Optional.empty()));
    assertThat(leases.getLast().acquired()).isEqualTo(ByteCount.of(5));
    assertThat(stack.rows("select data_set from held")).containsExactly(client(1).owner());
  }

  @Test
  void aPayerHasRoomForSoManyTokens() {
    assertThat(given(1, token("there", 10), 10)).isEqualTo(10);
    String part = SecretHash.of("there").hex().substring(0, 2);
    String full = ofPart(part, true);
    String other = ofPart(part, false);
    stack.execute(
        """
        insert into held (data_set, quota) select 'cap/token/%s/%s' || lpad(to_hex(i), 62, '0'), '%s@5'
        from generate_series(1, 399) i
        """
            .formatted(Samples.PAYER, part, NOON.plusSeconds(600)));

    assertThat(lease(1, token(full, 10), 10, 0, 0).unspent()).as("one too many").isEmpty();
    assertThat(given(1, token(other, 10), 10)).isEqualTo(10);
    assertThat(given(2, token("there", 10), 1)).isZero();
    assertThat(given(1, client(1), 10)).isEqualTo(10);
    clock.move(Duration.ofDays(5));
    service.tend();
    assertThat(given(1, client(1), 10)).isEqualTo(10);
    assertThat(stack.rows("select count(*) from held where data_set like 'cap/token/%'"))
        .as("but for those that are held")
        .containsExactly("2");
  }

  @Test
  void tokensThatEndedLongAgoTakeNoRoomAndAreForgottenADayLater() {
    assertThat(given(1, token("there", 10), 10)).isEqualTo(10);
    String part = SecretHash.of("there").hex().substring(0, 2);
    stack.execute(
        """
        insert into held (data_set, quota) select 'cap/token/%s/%s' || lpad(to_hex(i), 62, '0'), '%s@5'
        from generate_series(1, 399) i
        """
            .formatted(Samples.PAYER, part, NOON.plusSeconds(60)));
    assertThat(given(1, token(ofPart(part, true), 10), 10)).isZero();

    clock.move(Duration.ofHours(1).plusSeconds(61));

    assertThat(given(1, token(ofPart(part, true), 10), 10)).isEqualTo(10);
    clock.move(Duration.ofHours(23));
    service.tend();
    assertThat(tokens()).isEqualTo(401);
    clock.move(Duration.ofMinutes(1));
    service.tend();
    assertThat(tokens()).as("but for those that are held").isEqualTo(2);
  }

  private static int tokens() {
    return stack.rows("select quota from held where data_set like 'cap/token/%'").size();
  }

  @Test
  void aDaysBucketsAndTheirKeyAreForgottenADayAfterItsEnd() {
    lease(1, client(1), 100, 0, 0);
    lease(1, client(1), 100, 20, 80);
    clock.move(Duration.ofHours(36));
    service.tend();
    assertThat(stack.rows("select quota from held")).hasSize(1);
    assertThat(stack.rows("select day from cap_salt order by 1")).contains(TODAY.toString());

    clock.move(Duration.ofSeconds(61));
    service.tend();

    assertThat(stack.rows("select quota from held")).isEmpty();
    assertThat(stack.rows("select day from cap_salt order by 1")).doesNotContain(TODAY.toString());
  }

  /** A text whose hash begins with {@code part}, or with something else. */
  private static String ofPart(String part, boolean begins) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(Integer::toString)
        .filter(text -> SecretHash.of(text).hex().startsWith(part) == begins)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aCapThatIsLoweredGivesNothingMoreAndOneThatIsRaisedWhatIsAbove() {
    CapName name = policy(ALL, DAY);
    assertThat(lease(1, name, 600, 0, 600).acquired()).isEqualTo(ByteCount.of(600));
    assertThat(lease(1, name, 600, 0, 600).unspent()).contains(ByteCount.of(400));

    set("{\"bytesPerDay\":\"500\"}", 2);
    assertThat(lease(1, name, 700, 0, 600).unspent()).contains(ByteCount.ZERO);
    assertThat(given(2, name, 1)).isZero();
    set("{\"bytesPerDay\":\"700\"}", 3);
    assertThat(given(2, name, 100)).isEqualTo(100);
    assertThat(given(3, name, 1)).isZero();
    set("{}", 4);
    assertThat(lease(3, name, 1, 0, 0).unspent()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,300", // the same day
    "1,0,0", // tomorrow
    "-1,0,300", // yesterday: a response can be of it
    "-2,0,0",
    "1,43140,300", // a minute before tomorrow: clocks differ
    "1,43139,0",
    "0,129599,300", // a second before the end of tomorrow
    "0,129600,0"
  })
  void aDayIsLeasedFromItsBeginToADayAfterItsEnd(int day, long later, long given) {
    clock.move(Duration.ofSeconds(later));

    assertThat(
            given(1, policy(new CapBearer.Client(1), new CapPeriod.Day(TODAY.plusDays(day))), 300))
        .isEqualTo(given);
  }

  @Test
  void whatACrashedEdgeHeldCountsAsUsed() {
    CapName name = policy(ALL, new CapPeriod.Life());
    lease(1, name, 700, 0, 0);
    lease(1, name, 700, 100, 200);
    lease(2, name, 300, 0, 0);

    assertThat(TestEdges.end(service.leaseDesk(), new JournalEnd(journal(1), Map.of()))).isTrue();

    assertThat(used(name)).isEqualTo(600);
    assertThat(stack.rows("select detail from audit"))
        .singleElement()
        .asString()
        .startsWith("0 bytes are free, and 400 of caps count as used")
        .contains("[a cap of the policy of fwss/7 in life]");
    assertThat(lease(3, name, 0, 0, 0).unspent()).contains(ByteCount.of(1_400));
    assertThat(totals()).isEqualTo(new Totals(300, 0, 0));
    clock.move(Duration.ofDays(8));
    service.tend();
    assertThat(used(name)).isEqualTo(900);
    assertThat(totals()).isEqualTo(Totals.NONE);
    assertThat(stack.rows("select * from written_off")).isEmpty();
  }

  /** Each byte of a cap is one of the quota's, too. */
  @Test
  void whatEdgesHoldOfCapsIsNotAddedToTheirQuotas() {
    Ask quota =
        new Ask(
            QuotaName.cdn(dataSet(7)),
            ByteCount.of(500),
            ByteCount.of(500),
            ByteCount.ZERO,
            Optional.empty());
    answer(1, List.of(quota));
    lease(1, client(3), 200, 0, 0);
    answer(2, List.of(quota));

    List<LeasingEdge> edges =
        new Database(stack.dataSource())
            .call(connection -> new PostgresLeaseJournals().edges(connection, 10));

    assertThat(edges)
        .extracting(LeasingEdge::edge, LeasingEdge::journals, LeasingEdge::held)
        .containsExactly(tuple(TestEdges.EDGE, 2L, 1_000L));
  }

  /** An operator who knows that what was lost was not served says so. */
  @Test
  void anOperatorCorrectsWhatCountsAsUsedAndTheCapHoldsFromThereOn() {
    CapName name = policy(ALL, new CapPeriod.Life());
    assertThat(service.leaseDesk().correct(name, -1, "why")).isEqualTo(new Correction.Unknown());
    lease(1, name, 700, 0, 0);
    lease(1, name, 700, 100, 200);
    lease(2, name, 300, 0, 0);
    service.leaseDesk().writeOff(journal(1), "its disk is lost");
    assertThat(used(name)).isEqualTo(600);

    assertThat(service.leaseDesk().correct(name, -400, "it never served"))
        .isEqualTo(new Correction.Done(new CapUse(200, 300)));

    assertThat(service.leaseDesk().use(name)).contains(new CapUse(200, 300));
    assertThat(lease(3, name, 0, 0, 0).unspent()).contains(ByteCount.of(1_800));
    assertThat(given(3, name, 1_501)).isZero();
    assertThat(given(3, name, 1_500)).isEqualTo(1_500);
    assertThat(service.leaseDesk().correct(name, -201, "too much"))
        .isEqualTo(new Correction.Impossible(new CapUse(200, 1_800)));
    assertThat(service.leaseDesk().correct(name, Long.MAX_VALUE, "too much"))
        .isEqualTo(new Correction.Impossible(new CapUse(200, 1_800)));
    assertThat(totals()).isEqualTo(new Totals(1_800, 0, 0));
    assertThat(stack.rows("select subject, detail from audit where action = 'CAP_CORRECTED'"))
        .containsExactly(
            "a cap of the policy of fwss/7 in life"
                + " 200 bytes count as used, and not 600; it never served");
  }

  /** Of clients and tokens an edge may have had millions. */
  @Test
  void whatAJournalHoldsNothingOfIsNotTouchedWhenItEndsAndForgottenAfterwards() {
    for (CapName name : List.of(client(1), client(2), token("t", 500))) {
      lease(1, name, 100, 0, 0);
      lease(1, name, 100, 20, 80);
      lease(2, name, 100, 0, 0);
      lease(2, name, 100, 0, 50);
    }
    lease(1, client(2), 150, 20, 80);
    String rows = "select data_set from lease where journal = '%s'".formatted(journal(1));

    assertThat(TestEdges.end(service.leaseDesk(), new JournalEnd(journal(1), Map.of()))).isTrue();

    assertThat(stack.rows(rows))
        .as("but for what is held")
        .containsExactlyInAnyOrder(client(1).owner(), token("t", 500).owner());
    assertThat(used(client(1))).isEqualTo(80 + 50);
    assertThat(used(client(2))).isEqualTo(80 + 50 + 50);
    service.tend();
    assertThat(stack.rows(rows)).isEmpty();
    assertThat(used(client(1))).isEqualTo(80 + 50);
    assertThat(stack.rows("select data_set from lease")).as("another's").hasSize(3);
    assertThat(totals()).isEqualTo(new Totals(150, 0, 0));
  }

  @Test
  void whatIsOverIsForgottenWhereNothingIsHeldOfIt() {
    CapName life = policy(ALL, new CapPeriod.Life());
    lease(1, life, 100, 0, 0);
    lease(1, life, 100, 0, 100);
    for (CapName name : List.of(policy(ALL, DAY), client(1), token("t", 500))) {
      lease(1, name, 100, 0, 0);
      lease(1, name, 100, 20, 80);
    }
    lease(1, client(2), 100, 0, 0);
    clock.move(Duration.ofDays(5));

    service.tend();

    assertThat(stack.rows("select data_set, quota, bytes, used from held order by 1"))
        .containsExactly(
            "%s %s 0 100".formatted(life.owner(), life.part()),
            "%s %s 100 0".formatted(client(2).owner(), client(2).part()));
    assertThat(stack.rows("select data_set from lease order by 1"))
        .containsExactly(life.owner(), client(2).owner());
    assertThat(lease(1, client(1), 100, 20, 80))
        .as("an edge that remembers it counts nothing again")
        .isEqualTo(
            new Lease(client(1), ByteCount.ZERO, ByteCount.ZERO, ByteCount.ZERO, Optional.empty()));
  }

  @Test
  void theKeysOfBucketsAreOneForAllProcessesAndGoWithTheirDays() {
    List<CapSalt> first = answer(1, List.of()).salts();
    assertThat(first).extracting(CapSalt::day).containsExactly(TODAY, TODAY.plusDays(1));
    try (MetricsService other = process()) {
      assertThat(
              TestEdges.lease(
                      other.leaseDesk(), new LeaseRequest(journal(2), TestEdges.EDGE, List.of()))
                  .salts())
          .isEqualTo(first);
    }

    clock.move(Duration.ofDays(1));
    List<CapSalt> second = answer(1, List.of()).salts();

    assertThat(second.getFirst()).isEqualTo(first.getLast());
    assertThat(second.getLast().key()).isNotEqualTo(first.getFirst().key());
    clock.move(Duration.ofDays(2));
    service.tend();
    assertThat(stack.rows("select day from cap_salt order by 1"))
        .containsExactly(TODAY.plusDays(2).toString());
  }
}
