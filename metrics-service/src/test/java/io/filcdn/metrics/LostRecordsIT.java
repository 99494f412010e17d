package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.egress.EgressPartition;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.intake.Gap;
import io.filcdn.metrics.intake.GapPlace;
import io.filcdn.metrics.intake.JournalGate.Acceptance;
import io.filcdn.metrics.intake.JournalPartition;
import io.filcdn.metrics.intake.LostRecords;
import io.filcdn.metrics.intake.PostgresGaps;
import io.filcdn.metrics.intake.PostgresProgress;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records that Kafka acknowledged to an edge, and lost. */
class LostRecordsIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long DATA_SET = 7;

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final int partition = EgressPartition.of(dataSet(DATA_SET), stack.egressPartitions());
  private MetricsService service;

  @BeforeEach
  void startAnew() {
    stack.forget();
    service = stack.service(stack.dataSource(), clock, registry);
    new Database(stack.dataSource())
        .run(c -> new PostgresDataSets().keepNewer(c, List.of(indexed(DATA_SET, 1))));
  }

  @AfterEach
  void closeService() {
    service.close();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @Test
  void whatIsOnItsWayIsNotLostHoweverLongItTakes() {
    send(8, 1, 3);
    told(8, 3);

    look();
    clock.move(Duration.ofHours(1));
    look();

    assertThat(lost()).isEmpty();
    service.start();
    awaitApplied(8, 3);
    look();
    assertThat(lost()).isEmpty();
    assertThat(stack.rows("select * from journal_progress")).isEmpty();
  }

  @Test
  void theLastRecordsOfAJournalThatAreGoneAreAGapAnAlarmAndADifference() {
    lease(1, 1_000);
    send(1, 1, 2);
    service.start();
    awaitApplied(1, 2);
    // three more were acknowledged and are not there
    told(1, 5);

    look();
    clock.move(Duration.ofSeconds(59));
    look();
    assertThat(lost()).as("within the grace").isEmpty();
    clock.move(Duration.ofSeconds(2));
    look();

    assertThat(lost())
        .containsExactly(new LostRecords(gap(1, 3, 5), TestEdges.EDGE, clock.instant()));
    assertThat(registry.get("filcdn.egress.lost.journals").gauge().value()).isEqualTo(1);
    assertThat(registry.get("filcdn.egress.lost.records").gauge().value()).isEqualTo(3);
    assertThat(stack.audit())
        .extracting(AuditEntry::action)
        .containsExactly(AuditEntry.Action.TAIL_LOST);
    assertThat(differences())
        .singleElement()
        .asString()
        .contains("cdn: 3 records of edges are lost; up to 998 bytes")
        .doesNotContain(journal(1).toString());
  }

  @Test
  void anAcceptedTailIsOverAndWhatItsJournalHeldIsFree() {
    lease(9, 1_000);
    send(9, 1, 2);
    service.start();
    awaitApplied(9, 2);
    JournalEnd end = new JournalEnd(journal(9), Map.of(partition, 5L));
    told(9, 5);
    assertThat(TestEdges.end(service.leaseDesk(), end)).isFalse();
    lookTwice();

    assertThat(service.gapAcceptance().accept(gap(9, 4, 5), "guess"))
        .isInstanceOf(Acceptance.Refused.class);
    assertThat(service.gapAcceptance().accept(gap(9, 3, 5), "the topic was deleted"))
        .isEqualTo(new Acceptance.Accepted(0));

    look();
    assertThat(lost()).isEmpty();
    assertThat(registry.get("filcdn.egress.lost.journals").gauge().value()).isZero();
    assertThat(TestEdges.end(service.leaseDesk(), end)).isTrue();
    assertThat(differences()).isEmpty();
  }

  /** No watermark tells of the journal. */
  @Test
  void aJournalOfWhichNothingIsLeftIsLostWhole() throws Exception {
    send(2, 1, 3);
    deleteAllRecords();
    told(2, 3);
    service.start();

    lookTwice();

    assertThat(lost()).extracting(LostRecords::gap).containsExactly(gap(2, 1, 3));
  }

  @Test
  void whatATopicHeldThatWasMadeAnewIsLostAndWhatItHoldsNowIsNot() throws Exception {
    send(3, 1, 2);
    service.start();
    awaitApplied(3, 2);
    told(3, 4);
    look();
    makeTopicAnew();
    send(4, 1, 1);
    told(4, 1);
    awaitApplied(4, 1);

    lookTwice();
    look();

    assertThat(lost()).extracting(LostRecords::gap).containsExactly(gap(3, 3, 4));
  }

  @Test
  void whatComesAllTheSameIsLostNoMore() {
    send(5, 1, 1);
    service.start();
    awaitApplied(5, 1);
    told(5, 2);
    lookTwice();
    assertThat(lost()).hasSize(1);

    send(5, 2, 2);
    awaitApplied(5, 2);
    look();

    assertThat(lost()).isEmpty();
    assertThat(stack.rows("select * from journal_progress")).isEmpty();
  }

  /** It is listed already as a gap that parks others. */
  @Test
  void aGapBeforeOtherRecordsIsNoTail() {
    send(6, 1, 1);
    send(6, 4, 4);
    service.start();
    await().atMost(SOON).until(() -> database().call(c -> gaps(c)) == 1);
    told(6, 4);

    lookTwice();

    assertThat(lost()).isEmpty();
  }

  private int gaps(java.sql.Connection connection) throws java.sql.SQLException {
    return new PostgresGaps().list(connection, GapPlace.START, 10).size();
  }

  private void send(long journal, long from, long to) {
    for (long sequence = from; sequence <= to; sequence++) {
      stack.send(flush(journal(journal), partition, sequence, hit(DATA_SET, 1)));
    }
  }

  private void told(long journal, long sequence) {
    var _ =
        service
            .lostRecordDetector()
            .report(
                new JournalProgress(journal(journal), TestEdges.EDGE, Map.of(partition, sequence)));
  }

  private void look() {
    service.tend();
  }

  private void lookTwice() {
    look();
    clock.move(Duration.ofMinutes(2));
    look();
  }

  private Gap gap(long journal, long from, long to) {
    return new Gap(new JournalPartition(journal(journal), partition), from, to);
  }

  private List<LostRecords> lost() {
    return database().call(c -> new PostgresProgress().lost(c, GapPlace.START, 10));
  }

  private static Database database() {
    return new Database(stack.dataSource());
  }

  private List<String> differences() {
    return service.dataSetAudits().audit(dataSet(DATA_SET)).orElseThrow().differences();
  }

  private void lease(long journal, long bytes) {
    ByteCount all = ByteCount.of(bytes);
    TestEdges.lease(
        service.leaseDesk(),
        new LeaseRequest(
            journal(journal),
            TestEdges.EDGE,
            List.of(new Ask(QuotaName.cdn(dataSet(DATA_SET)), all, all, ByteCount.ZERO))));
  }

  private void awaitApplied(long journal, long sequence) {
    await()
        .atMost(SOON)
        .until(
            () ->
                stack
                    .rows(
                        "select sequence from watermark where journal = '%s'"
                            .formatted(journal(journal)))
                    .equals(List.of(Long.toString(sequence))));
  }

  private void deleteAllRecords() throws ExecutionException, InterruptedException {
    TopicPartition all = new TopicPartition(Topic.EGRESS.topicName(), partition);
    try (Admin admin = Admin.create(stack.kafka())) {
      admin.deleteRecords(Map.of(all, RecordsToDelete.beforeOffset(-1))).all().get();
    }
  }

  private static void makeTopicAnew() throws ExecutionException, InterruptedException {
    String topic = Topic.EGRESS.topicName();
    int partitions = stack.egressPartitions();
    try (Admin admin = Admin.create(stack.kafka())) {
      admin.deleteTopics(List.of(topic)).all().get();
      await()
          .atMost(SOON)
          .ignoreExceptions()
          .until(
              () -> {
                admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
                return true;
              });
    }
  }
}
