package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.DEVNET;
import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.egress;
import static io.filcdn.metrics.Samples.fill;
import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.flushUntil;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.Samples.unbilled;
import static io.filcdn.metrics.TestStack.batch;
import static io.filcdn.metrics.TestStack.source;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow.Reason;
import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UsagePipelineIT {

  private static final String ODOMETERS =
      "select data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests"
          + " from odometer order by data_set";
  private static final String WATERMARKS =
      "select right(journal::text, 1), partition, sequence, parked from watermark order by 1, 2";
  private static final String PARKED =
      "select right(journal::text, 1), partition, sequence from parked order by 1, 2, 3";

  private static TestStack stack = new TestStack();

  private final MovedClock clock = new MovedClock(NOON);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MetricsService service = stack.service(stack.dataSource(), clock, registry);
  private final UsagePipeline pipeline = service.pipeline();

  @BeforeEach
  void forget() {
    stack.forget();
  }

  @AfterEach
  void close() {
    service.close();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @Test
  void everyRowIsCountedWhereItBelongs() {
    pipeline.apply(
        batch(
            flush(
                journal(1),
                0,
                1,
                egress(7, CacheOutcome.MISS, 1, 100),
                egress(7, CacheOutcome.HIT, 2, 20),
                fill(7, 90),
                hit(8, 5),
                unbilled(8, Reason.BOT, 3, 33)),
            flush(journal(1), 0, 2, egress(7, CacheOutcome.COLLAPSED, 4, 3)),
            flush(journal(2), 1, 1, unbilled(8, Reason.UNVERIFIED, 1, 44), hit(7, 1000))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1123 90 8 1", "fwss/8 5 0 1 0");
    assertThat(stack.rows("select data_set, reason, requests, bytes from unbilled order by 2"))
        .containsExactly("fwss/8 bot 3 33", "fwss/8 unverified 1 44");
    assertThat(stack.rows(WATERMARKS)).containsExactly("1 0 2 0", "2 1 1 0");
  }

  @Test
  void whatComesAgainChangesNothing() {
    Batch first = batch(flush(journal(1), 0, 1, hit(7, 1)), flush(journal(1), 0, 2, hit(7, 10)));
    Batch second = batch(flush(journal(1), 0, 2, hit(7, 10)), flush(journal(1), 0, 3, hit(7, 100)));

    pipeline.apply(first);
    pipeline.apply(first);
    pipeline.apply(second);
    pipeline.apply(second);

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 111 0 3 0");
    assertThat(records("passed")).isEqualTo(3);
    assertThat(records("duplicate")).isEqualTo(5);
  }

  @Test
  void theSameRecordTwiceInOneBatchCountsOnce() {
    EgressRecord flush = flush(journal(1), 0, 1, hit(7, 1));

    pipeline.apply(batch(flush, flush));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1 0 1 0");
  }

  @Test
  void whatComesTooEarlyWaitsForItsPredecessorsAndHoldsUpNobodyElse() {
    pipeline.apply(
        batch(
            flush(journal(1), 0, 1, hit(7, 1)),
            flush(journal(1), 0, 3, hit(7, 100)),
            flush(journal(1), 0, 4, hit(7, 1000)),
            flush(journal(1), 1, 1, hit(8, 5)),
            flush(journal(2), 0, 1, hit(9, 6))));

    assertThat(stack.rows(ODOMETERS))
        .containsExactly("fwss/7 1 0 1 0", "fwss/8 5 0 1 0", "fwss/9 6 0 1 0");
    assertThat(stack.rows(WATERMARKS)).containsExactly("1 0 1 2", "1 1 1 0", "2 0 1 0");
    assertThat(stack.rows(PARKED)).containsExactly("1 0 3", "1 0 4");
    assertThat(registry.get("filcdn.egress.parked.journals").gauge().value()).isEqualTo(1);
    assertThat(registry.get("filcdn.egress.parked.records").gauge().value()).isEqualTo(2);
  }

  @Test
  void whatWaitedFollowsInOrderUpToTheNextGap() {
    pipeline.apply(
        batch(
            flush(journal(1), 0, 3, hit(7, 100)),
            flush(journal(1), 0, 6, hit(7, 100_000)),
            flush(journal(1), 0, 4, hit(7, 1000))));
    pipeline.apply(batch(flush(journal(1), 0, 2, hit(7, 10))));
    assertThat(stack.rows(ODOMETERS)).isEmpty();

    pipeline.apply(
        batch(flush(journal(1), 0, 1, hit(7, 1)), flush(journal(1), 0, 7, hit(7, 1_000_000))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1111 0 4 0");
    assertThat(stack.rows(WATERMARKS)).containsExactly("1 0 4 2");
    assertThat(stack.rows(PARKED)).containsExactly("1 0 6", "1 0 7");

    pipeline.apply(batch(flush(journal(1), 0, 5, hit(7, 10_000))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1111111 0 7 0");
    assertThat(stack.rows(WATERMARKS)).containsExactly("1 0 7 0");
    assertThat(stack.rows(PARKED)).isEmpty();
    assertThat(registry.get("filcdn.egress.parked.journals").gauge().value()).isZero();
  }

  @Test
  void whatWaitsMayComeAgainAndMayComeAsTheSuccessorMeanwhile() {
    pipeline.apply(
        batch(flush(journal(1), 0, 2, hit(7, 10)), flush(journal(1), 0, 3, hit(7, 100))));
    pipeline.apply(batch(flush(journal(1), 0, 3, hit(7, 100))));
    pipeline.apply(batch(flush(journal(1), 0, 1, hit(7, 1)), flush(journal(1), 0, 2, hit(7, 10))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 111 0 3 0");
    assertThat(stack.rows(WATERMARKS)).containsExactly("1 0 3 0");
    assertThat(stack.rows(PARKED)).isEmpty();
    assertThat(records("duplicate")).isEqualTo(1);
  }

  @Test
  void aRecordThatLandedInAnotherPartitionCountsForTheOneItNames() {
    SourceRecord misrouted = source(3, 1, RecordJson.write(flush(journal(1), 0, 1, hit(7, 1))));

    pipeline.apply(new Batch(Topic.EGRESS.topicName(), List.of(misrouted)));
    pipeline.apply(batch(flush(journal(1), 0, 1, hit(7, 1)), flush(journal(1), 0, 2, hit(7, 10))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 11 0 2 0");
  }

  @Test
  void whatCannotBeReadIsADeadLetterAndNothingElseStops() {
    String nonsense = "{\"journal\":\u0000";
    SourceRecord unreadable = source(0, 41, nonsense);

    pipeline.apply(
        new Batch(
            Topic.EGRESS.topicName(),
            List.of(
                source(flush(journal(1), 0, 1, hit(7, 1))),
                unreadable,
                source(0, 42, null),
                source(flush(journal(1), 0, 2, hit(7, 10))))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 11 0 2 0");
    List<DeadLetter> letters = deadLetters();
    assertThat(letters).extracting(DeadLetter::offset).containsExactlyInAnyOrder(41L, 42L);
    assertThat(letters)
        .filteredOn(letter -> letter.offset() == 41)
        .singleElement()
        .isEqualTo(
            new DeadLetter(
                "metrics",
                "filcdn.egress",
                0,
                41,
                Optional.of("key"),
                Optional.of(nonsense),
                "unreadable",
                letters.getFirst().message(),
                NOON));
    assertThat(stack.rows("select published from dead_letter")).containsExactly("t", "t");
    assertThat(registry.get("filcdn.dead.letters").tag("reason", "unreadable").counter().count())
        .isEqualTo(2);
  }

  @Test
  void aDeadLetterWhosePlaceIsKnownTakesItsPlace() {
    String negative =
        RecordJson.write(flush(journal(1), 0, 2, hit(7, 10))).replace("\"10\"", "\"-10\"");
    EgressRecord tooMuch = flush(journal(1), 0, 3, hit(7, (1L << 44) + 1));
    Batch batch =
        new Batch(
            Topic.EGRESS.topicName(),
            List.of(
                source(flush(journal(1), 0, 1, hit(7, 1))),
                source(0, 2, negative),
                source(tooMuch),
                source(flush(journal(1), 0, 4, hit(7, 1000)))));

    pipeline.apply(batch);
    pipeline.apply(batch);

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1001 0 2 0");
    assertThat(stack.rows(WATERMARKS)).containsExactly("1 0 4 0");
    assertThat(deadLetters())
        .extracting(DeadLetter::reason)
        .containsExactly("unreadable", "implausible");
  }

  @Test
  void aDeadLetterThatComesTooEarlyWaitsLikeAnyOther() {
    String negative =
        RecordJson.write(flush(journal(1), 0, 2, hit(7, 10))).replace("\"10\"", "\"-10\"")
            + "\u0000";
    pipeline.apply(
        new Batch(
            Topic.EGRESS.topicName(),
            List.of(source(0, 9, negative), source(flush(journal(1), 0, 3, hit(7, 100))))));
    assertThat(stack.rows(PARKED)).containsExactly("1 0 2", "1 0 3");
    assertThat(deadLetters()).isEmpty();

    pipeline.apply(batch(flush(journal(1), 0, 1, hit(7, 1))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 101 0 2 0");
    assertThat(deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.value()).contains(negative);
              assertThat(letter.offset()).isEqualTo(9);
              assertThat(letter.key()).contains(journal(1).toString());
            });
  }

  @Test
  void changedOdometersAreTold() {
    pipeline.apply(
        batch(flush(journal(1), 0, 1, hit(7, 1), fill(7, 5)), flush(journal(1), 0, 2, hit(8, 2))));
    Epoch noon = DEVNET.epochAt(NOON);

    assertThat(told()).containsExactlyInAnyOrder(usage(7, 1, 5, noon), usage(8, 2, 0, noon));

    pipeline.apply(batch(flush(journal(1), 0, 3, hit(8, 20))));
    pipeline.apply(batch(flush(journal(1), 0, 3, hit(8, 20))));

    assertThat(told()).containsExactly(usage(8, 22, 0, noon));
  }

  @Test
  void moreThanOneSendfulIsToldAtOnce() {
    EgressRecord flush =
        flush(
            journal(1),
            0,
            1,
            java.util.stream.LongStream.range(0, 25)
                .mapToObj(dataSet -> hit(dataSet, 1))
                .toArray(io.filcdn.common.egress.EgressRow[]::new));

    pipeline.apply(batch(flush));

    assertThat(told()).hasSize(25);
  }

  @Test
  void asOfIsTheEpochOfTheNewestFlush() {
    clock.move(Duration.ofSeconds(60));
    pipeline.apply(batch(flush(journal(1), 0, 1, hit(7, 1))));
    pipeline.apply(batch(flushUntil(NOON.plusSeconds(5), journal(1), 0, 2, hit(7, 1))));

    assertThat(told())
        .extracting(UsageRecord::asOf)
        .containsExactly(DEVNET.epochAt(NOON), DEVNET.epochAt(NOON.plusSeconds(5)));
  }

  @Test
  void lateBytesMoveAsOfToThePresentSoThatTheyCanBeReported() {
    clock.move(Duration.ofSeconds(10));
    pipeline.apply(batch(flushUntil(NOON.plusSeconds(5), journal(1), 0, 1, hit(7, 1))));
    clock.move(Duration.ofSeconds(10));
    pipeline.apply(batch(flushUntil(NOON, journal(2), 0, 1, hit(7, 1))));

    assertThat(told())
        .extracting(UsageRecord::asOf)
        .containsExactly(DEVNET.epochAt(NOON.plusSeconds(5)), DEVNET.epochAt(NOON.plusSeconds(20)));
  }

  @Test
  void anEdgeWhoseClockIsAheadDoesNotMoveAsOfBeyondNow() {
    pipeline.apply(batch(flushUntil(NOON.plusSeconds(500), journal(1), 0, 1, hit(7, 1))));

    assertThat(told()).containsExactly(usage(7, 1, 0, DEVNET.epochAt(NOON)));
  }

  @Test
  void asOfNeverGoesBack() {
    pipeline.apply(batch(flush(journal(1), 0, 1, hit(7, 1))));
    clock.move(Duration.ofSeconds(-30));
    pipeline.apply(batch(flush(journal(1), 0, 2, hit(7, 1))));

    assertThat(told())
        .containsExactly(
            usage(7, 1, 0, DEVNET.epochAt(NOON)), usage(7, 2, 0, DEVNET.epochAt(NOON)));
  }

  private double records(String outcome) {
    return registry.get("filcdn.egress.records").tag("outcome", outcome).counter().count();
  }

  private static List<UsageRecord> told() {
    return stack.written(Topic.USAGE).stream()
        .map(record -> RecordJson.read(record.value(), UsageRecord.class))
        .toList();
  }

  private static List<DeadLetter> deadLetters() {
    return stack.written(Topic.DEAD_LETTERS).stream()
        .map(record -> RecordJson.read(record.value(), DeadLetter.class))
        .toList();
  }

  private static UsageRecord usage(long dataSet, long cdn, long cacheMiss, Epoch asOf) {
    return new UsageRecord(
        Samples.dataSet(dataSet), 1, ByteCount.of(cdn), ByteCount.of(cacheMiss), asOf);
  }
}
