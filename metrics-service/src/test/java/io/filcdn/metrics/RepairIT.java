package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.fill;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.TestStack.batch;
import static io.filcdn.metrics.TestStack.source;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.intake.Gap;
import io.filcdn.metrics.intake.GapPlace;
import io.filcdn.metrics.intake.JournalGate.Acceptance;
import io.filcdn.metrics.intake.JournalPartition;
import io.filcdn.metrics.intake.PostgresGaps;
import io.filcdn.metrics.intake.PostgresGaps.OpenGap;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.publish.PostgresDeadLetters.StoredDeadLetter;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.repair.DeadLetterReplay.Replayed;
import io.filcdn.metrics.repair.RebuildReport;
import io.filcdn.metrics.repair.RebuildReport.Difference;
import io.filcdn.metrics.repair.RebuildReport.Verdict;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators do where records were lost, could not be read, or were counted wrongly. */
class RepairIT {

  private static final String ODOMETERS =
      "select data_set, cdn_bytes, cache_miss_bytes, requests from odometer order by data_set";

  private static final TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private MetricsService service;

  @BeforeEach
  void startAnew() {
    stack.forget();
    service = stack.service(stack.dataSource(), clock, new SimpleMeterRegistry());
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
  void whatWaitsBehindAnAcceptedGapIsCountedAndTheDecisionIsKept() {
    Gap gap = new Gap(new JournalPartition(journal(1), 0), 2, 3);
    service
        .pipeline()
        .apply(
            batch(
                flush(journal(1), 0, 1, hit(7, 1)),
                flush(journal(1), 0, 4, hit(7, 1000)),
                flush(journal(1), 0, 5, hit(7, 10_000)),
                flush(journal(1), 0, 7, hit(7, 1_000_000))));
    assertThat(gaps()).singleElement().extracting(open -> open.gap()).isEqualTo(gap);

    Acceptance acceptance = service.gapAcceptance().accept(gap, "the disk of edge-0 burnt");

    assertThat(acceptance).isEqualTo(new Acceptance.Accepted(2));
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 11001 0 3");
    assertThat(stack.rows("select sequence, parked from watermark")).containsExactly("5 1");
    assertThat(stack.audit())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.action()).isEqualTo(AuditEntry.Action.GAP_ACCEPTED);
              assertThat(entry.detail()).contains("2 to 3", "the disk of edge-0 burnt");
            });
  }

  @Test
  void onlyTheGapThatIsThereCanBeAccepted() {
    service
        .pipeline()
        .apply(batch(flush(journal(1), 0, 1, hit(7, 1)), flush(journal(1), 0, 4, hit(7, 1000))));
    JournalPartition lane = new JournalPartition(journal(1), 0);

    assertThat(service.gapAcceptance().accept(new Gap(lane, 2, 2), "guess"))
        .isInstanceOf(Acceptance.Refused.class);
    assertThat(service.gapAcceptance().accept(new Gap(lane, 1, 3), "guess"))
        .isInstanceOf(Acceptance.Refused.class);
    assertThat(
            service
                .gapAcceptance()
                .accept(new Gap(new JournalPartition(journal(2), 0), 1, 1), "guess"))
        .isInstanceOf(Acceptance.Refused.class);

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1 0 1");
    assertThat(stack.rows("select * from audit")).isEmpty();
  }

  @Test
  void whatComesAfterItsGapWasAcceptedIsADuplicate() {
    service
        .pipeline()
        .apply(batch(flush(journal(1), 0, 1, hit(7, 1)), flush(journal(1), 0, 3, hit(7, 100))));
    service.gapAcceptance().accept(new Gap(new JournalPartition(journal(1), 0), 2, 2), "lost");

    service.pipeline().apply(batch(flush(journal(1), 0, 2, hit(7, 10))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 101 0 2");
  }

  @Test
  void aCorrectedDeadLetterCountsOnceHoweverOftenItIsReplayed() {
    EgressRecord right = flush(journal(1), 0, 2, hit(7, 10));
    String negative = RecordJson.write(right).replace("\"10\"", "\"-10\"");
    service
        .pipeline()
        .apply(
            new Batch(
                Topic.EGRESS.topicName(),
                List.of(
                    source(flush(journal(1), 0, 1, hit(7, 1))),
                    source(0, 41, negative),
                    source(flush(journal(1), 0, 3, hit(7, 100))))));
    long id = deadLetters().getFirst().id();

    assertThat(service.replay().replay(id, Optional.empty(), "seen by hand"))
        .isInstanceOf(Replayed.Refused.class);
    for (int times = 1; times <= 3; times++) {
      assertThat(service.replay().replay(id, Optional.of(RecordJson.write(right)), "seen by hand"))
          .isInstanceOf(Replayed.Done.class);
    }
    apply(inKafka());
    apply(inKafka());

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 111 0 3");
    assertThat(deadLetters().getFirst().replayedAt()).contains(NOON);
    assertThat(stack.audit()).hasSize(3);
    assertThat(service.replay().replay(id + 1, Optional.empty(), "seen by hand"))
        .isEqualTo(new Replayed.Unknown());
  }

  @Test
  void aDeadLetterWhosePlaceWasUnknownFillsItsOwnGap() {
    EgressRecord right = flush(journal(1), 0, 2, hit(7, 10));
    service
        .pipeline()
        .apply(
            new Batch(
                Topic.EGRESS.topicName(),
                List.of(
                    source(flush(journal(1), 0, 1, hit(7, 1))),
                    source(0, 41, "half a rec"),
                    source(flush(journal(1), 0, 3, hit(7, 100))))));
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1 0 1");

    service
        .replay()
        .replay(deadLetters().getFirst().id(), Optional.of(RecordJson.write(right)), "seen");
    apply(inKafka());

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 111 0 3");
    assertThat(stack.rows("select sequence, parked from watermark")).containsExactly("3 0");
  }

  @Test
  void aRebuildFindsNothingWhereAllWasCountedRightly() {
    Simulation simulation = new Simulation(21, 3, 2, 30);
    simulation.sent().forEach(RepairIT::sendToKafka);
    List<SourceRecord> sent = inKafka();
    apply(sent.subList(0, 100));
    apply(sent.subList(20, 90));
    takeCheckpoint();
    apply(sent.subList(50, sent.size()));

    RebuildReport report = service.rebuild().run(true);

    assertThat(report.problem()).isEmpty();
    assertThat(report.checkpoint()).isPositive();
    assertThat(report.records()).isPositive();
    assertThat(report.missing()).isZero();
    assertThat(report.differences()).isEmpty();
    assertThat(stack.rows("select distinct count_generation from odometer")).containsExactly("1");
  }

  @Test
  void aRebuildSetsRightWhatDiffersAndRaisesItsGeneration() {
    sendAndApply(flush(journal(31), 0, 1, hit(7, 100), fill(7, 40)));
    takeCheckpoint();
    sendAndApply(flush(journal(31), 0, 2, hit(7, 1000)));
    sendAndApply(flush(journal(31), 0, 3, hit(8, 5)));
    damage("update odometer set cdn_bytes = cdn_bytes + 77 where data_set = 'fwss/7'");
    stack.written(Topic.USAGE);
    Difference expected =
        new Difference(dataSet(7), totals(1177, 40, 2), totals(1100, 40, 2), Verdict.SHOWN);

    assertThat(service.rebuild().run(false).differences()).containsExactly(expected);
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1177 40 2", "fwss/8 5 0 1");
    assertThat(service.rebuild().run(true).differences())
        .containsExactly(
            new Difference(
                expected.dataSet(), expected.counted(), expected.recounted(), Verdict.APPLIED));
    assertThat(service.rebuild().run(true).differences()).isEmpty();

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1100 40 2", "fwss/8 5 0 1");
    service.pipeline().apply(batch());
    assertThat(stack.written(Topic.USAGE))
        .extracting(record -> RecordJson.read(record.value(), UsageRecord.class))
        .singleElement()
        .satisfies(
            usage -> {
              assertThat(usage.countGeneration()).isEqualTo(2);
              assertThat(usage.cdnBytes()).isEqualTo(ByteCount.of(1100));
            });
    assertThat(stack.audit())
        .extracting(AuditEntry::action)
        .containsExactly(AuditEntry.Action.REBUILT);
  }

  @Test
  void aRebuildNeverGoesBelowWhatTheChainReported() {
    sendAndApply(flush(journal(32), 0, 1, hit(7, 100)));
    damage("update odometer set cdn_bytes = 500 where data_set = 'fwss/7'");
    Reported reported =
        new Reported(ByteCount.of(101), ByteCount.ZERO, ByteCount.ZERO, ByteCount.ZERO);
    new Database(stack.dataSource())
        .run(
            connection ->
                new PostgresDataSets()
                    .keepNewer(connection, List.of(indexed(7, 1, TopUps.NONE, reported))));

    RebuildReport report = service.rebuild().run(true);

    assertThat(report.differences())
        .extracting(Difference::verdict)
        .containsExactly(Verdict.BELOW_REPORTED);
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 500 0 1");
  }

  @Test
  void ofTwoRebuildsAtOnceOneSetsRight() {
    sendAndApply(flush(journal(34), 0, 1, hit(7, 150)));
    damage("update odometer set cdn_bytes = 100 where data_set = 'fwss/7'");

    assertThat(rebuildWhile(() -> assertThat(rebuild()).containsExactly(Verdict.APPLIED)))
        .containsExactly(Verdict.BUSY);

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 150 0 1");
    assertThat(stack.audit()).hasSize(1);
  }

  @Test
  void ofTwoRebuildsOfAnOdometerThatIsNotThereOneSetsRight() {
    sendAndApply(flush(journal(41), 0, 1, hit(7, 150)));
    damage("delete from odometer");

    assertThat(rebuildWhile(() -> assertThat(rebuild()).containsExactly(Verdict.APPLIED)))
        .containsExactly(Verdict.BUSY);

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 150 0 1");
  }

  @Test
  void whatIsCountedWhileARebuildIsUnderWayStays() {
    sendAndApply(flush(journal(42), 0, 1, hit(7, 150)));
    damage("update odometer set cdn_bytes = 100 where data_set = 'fwss/7'");

    assertThat(rebuildWhile(() -> sendAndApply(flush(journal(42), 0, 2, hit(7, 1000)))))
        .containsExactly(Verdict.APPLIED);

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1150 0 2");
  }

  @Test
  void aCheckpointThatIsTakenWhileARebuildIsUnderWayDoesNotUndoIt() {
    sendAndApply(flush(journal(40), 0, 1, hit(7, 150), fill(7, 9)));
    sendAndApply(flush(journal(40), 0, 2, hit(8, 70)));
    damage("update odometer set cdn_bytes = 100, requests = 9 where data_set = 'fwss/7'");
    damage("delete from odometer where data_set = 'fwss/8'");

    assertThat(rebuildWhile(this::takeCheckpoint))
        .containsExactly(Verdict.APPLIED, Verdict.APPLIED);
    RebuildReport again = service.rebuild().run(true);

    assertThat(again.checkpoint()).isPositive();
    assertThat(again.differences()).isEmpty();
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 150 9 1", "fwss/8 70 0 1");
  }

  /** The outcome of another process' rebuild where something happens once it has looked. */
  private List<Verdict> rebuildWhile(Runnable deed) {
    try (MetricsService other =
        stack.service(
            Meanwhile.happens(stack.dataSource(), deed), clock, new SimpleMeterRegistry())) {
      return verdicts(other.rebuild().run(true));
    }
  }

  private List<Verdict> rebuild() {
    return verdicts(service.rebuild().run(true));
  }

  @Test
  void whatATopicHeldThatWasMadeAnewIsNotTakenForUncounted() {
    apply(List.of(source(0, 999_998, RecordJson.write(flush(journal(35), 0, 1, hit(7, 1))))));
    takeCheckpoint();
    apply(List.of(source(0, 999_999, RecordJson.write(flush(journal(35), 0, 2, hit(7, 10))))));
    sendAndApply(flush(journal(35), 0, 3, hit(7, 100)));

    RebuildReport report = service.rebuild().run(true);

    assertThat(report.problem()).hasValueSatisfying(why -> assertThat(why).contains("found 1 of"));
    assertThat(report.missing()).isEqualTo(1);
    assertThat(report.differences()).isEmpty();
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 111 0 3");
  }

  @Test
  void aTopicThatWasMadeAnewIsReadFromItsBeginning() {
    apply(List.of(source(0, 999_999, RecordJson.write(flush(journal(36), 0, 1, hit(7, 1))))));
    takeCheckpoint();
    sendAndApply(flush(journal(36), 0, 2, hit(7, 10)));
    damage("update odometer set cdn_bytes = 12 where data_set = 'fwss/7'");

    RebuildReport report = service.rebuild().run(true);

    assertThat(report.problem()).isEmpty();
    assertThat(verdicts(report)).containsExactly(Verdict.APPLIED);
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 11 0 2");
  }

  @Test
  void whatKafkaHasDeletedIsNotTakenForUncounted() throws Exception {
    sendAndApply(flush(journal(37), 0, 1, hit(7, 1)));
    takeCheckpoint();
    sendAndApply(flush(journal(37), 0, 2, hit(7, 10)));
    TopicPartition partition = new TopicPartition(Topic.EGRESS.topicName(), 0);
    try (Admin admin = Admin.create(stack.kafka())) {
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1))).all().get();
    }
    sendAndApply(flush(journal(37), 0, 3, hit(7, 100)));

    RebuildReport report = service.rebuild().run(true);

    assertThat(report.problem()).isPresent();
    assertThat(report.missing()).isEqualTo(1);
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 111 0 3");
  }

  @Test
  void anAcceptedGapMissesNothingAndWhatComesOfItLaterCountsNothing() {
    sendAndApply(flush(journal(38), 0, 1, hit(7, 1)));
    takeCheckpoint();
    sendAndApply(flush(journal(38), 0, 4, hit(7, 1000)));
    service.gapAcceptance().accept(new Gap(new JournalPartition(journal(38), 0), 2, 3), "lost");
    sendAndApply(flush(journal(38), 0, 2, hit(7, 10)));

    RebuildReport report = service.rebuild().run(true);

    assertThat(report.problem()).isEmpty();
    assertThat(report.missing()).isZero();
    assertThat(report.records()).isEqualTo(1);
    assertThat(report.differences()).isEmpty();
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1001 0 2");
  }

  /** A letter of a topic that there is no more may have the offset of another's record. */
  @Test
  void aDeadLetterSilencesNoRecordButItself() {
    stack.send(flush(journal(39), 0, 1, hit(7, 100)));
    SourceRecord counted = inKafka().getFirst();
    String forged = RecordJson.write(flush(journal(39), 0, 1, hit(7, 7)));
    apply(
        List.of(
            new SourceRecord(counted.topic(), 0, counted.offset(), counted.key(), forged, null)));
    apply(List.of(counted));

    RebuildReport report = service.rebuild().run(true);

    assertThat(deadLetters()).hasSize(1);
    assertThat(report.problem()).isEmpty();
    assertThat(report.differences()).isEmpty();
  }

  @Test
  void checkpointsAreTakenWhenDueAndTheOldestForgotten() {
    sendAndApply(flush(journal(33), 0, 1, hit(7, 100)));
    for (int times = 0; times < 12; times++) {
      takeCheckpoint();
      service.tend();
    }

    assertThat(stack.rows("select count(*) from checkpoint")).containsExactly("8");
    assertThat(stack.rows("select distinct data_set, cdn_bytes from checkpoint_odometer"))
        .containsExactly("fwss/7 100");
  }

  private static List<Verdict> verdicts(RebuildReport report) {
    return report.differences().stream().map(Difference::verdict).toList();
  }

  private void takeCheckpoint() {
    clock.move(Duration.ofHours(6));
    service.tend();
  }

  private void sendAndApply(EgressRecord flush) {
    stack.send(flush);
    apply(inKafka());
  }

  private static void sendToKafka(SourceRecord record) {
    stack.send(Topic.EGRESS, record.partition(), "journal", record.value());
  }

  private static List<SourceRecord> inKafka() {
    return stack.written(Topic.EGRESS).stream().map(SourceRecord::of).toList();
  }

  private void apply(List<SourceRecord> records) {
    service.pipeline().apply(new Batch(Topic.EGRESS.topicName(), records));
  }

  private List<StoredDeadLetter> deadLetters() {
    return call(c -> new PostgresDeadLetters().list(c, Long.MAX_VALUE, 10));
  }

  private List<OpenGap> gaps() {
    return call(c -> new PostgresGaps().list(c, GapPlace.START, 10));
  }

  private static <T> T call(Database.Work<T> work) {
    return new Database(stack.dataSource()).call(work);
  }

  private static void damage(String sql) {
    new Database(stack.dataSource()).run(c -> c.createStatement().execute(sql));
  }

  private static Totals totals(long cdn, long cacheMiss, long requests) {
    return new Totals(ByteCount.of(cdn), ByteCount.of(cacheMiss), requests, 0);
  }
}
