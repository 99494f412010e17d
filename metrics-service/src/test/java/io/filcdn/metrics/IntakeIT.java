package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.flush;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.intake.PostgresOffsets;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.ConsumerGroup;
import io.filcdn.service.kafka.FollowerSettings;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.service.kafka.TopicFollower;
import io.filcdn.service.kafka.TopicFollower.Stretch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Topics are followed through restarts, moving partitions and outages. */
class IntakeIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String CDN_BYTES = "select data_set, cdn_bytes from odometer order by 1";
  private static final String VERSIONS = "select data_set, version from data_set order by 1";

  private TestStack stack;

  @BeforeEach
  void start() {
    stack = new TestStack();
  }

  @AfterEach
  void stop() {
    stack.close();
  }

  @Test
  void aBatchWhoseOffsetsWereNotCommittedIsReadAgainAndCountsOnce() {
    stack.send(flush(journal(1), 0, 1, hit(7, 1)));
    stack.send(flush(journal(1), 0, 2, hit(7, 10)));
    dieAfterTheTransaction();
    assertThat(stack.rows(CDN_BYTES)).containsExactly("fwss/7 11");
    stack.send(flush(journal(1), 0, 3, hit(7, 100)));

    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (MetricsService _ = started(stack.dataSource(), registry)) {
      countedIs("fwss/7 111");
    }

    assertThat(registry.get("filcdn.egress.records").tag("outcome", "duplicate").counter().count())
        .isEqualTo(2);
  }

  @Test
  void aDatabaseThatIsBehindKafkaIsReadInto() {
    stack.send(flush(journal(1), 0, 1, hit(7, 1)));
    stack.send(flush(journal(2), 3, 1, hit(8, 2)));
    try (MetricsService _ = started(stack.dataSource(), new SimpleMeterRegistry())) {
      countedIs("fwss/7 1", "fwss/8 2");
    }

    stack.forget();
    stack.send(flush(journal(1), 0, 2, hit(7, 10)));

    try (MetricsService _ = started(stack.dataSource(), new SimpleMeterRegistry())) {
      countedIs("fwss/7 11", "fwss/8 2");
    }
  }

  @Test
  void totalsAreExactWhileProcessesComeAndGoAndTheDatabaseFails() {
    Simulation simulation = new Simulation(7, 4, 4, 15);
    List<SourceRecord> sent = simulation.sent();

    MetricsService second;
    try (MetricsService _ = started(failing(1), new SimpleMeterRegistry())) {
      send(sent.subList(0, 60));
      second = started(failing(2), new SimpleMeterRegistry());
      send(sent.subList(60, 120));
    }
    try (second) {
      send(sent.subList(120, 180));
    }
    try (MetricsService _ = started(failing(3), new SimpleMeterRegistry())) {
      send(sent.subList(180, 240));
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(
                          stack.rows(
                              "select sequence, parked, count(*) from watermark group by 1, 2"))
                      .containsExactly("15 0 16"));
    }

    assertThat(
            stack.rows(
                "select data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests"
                    + " from odometer order by data_set"))
        .isEqualTo(simulation.odometers());
  }

  @Test
  void ofADataSetTheNewestRecordIsKept() {
    send(indexed(7, 5));
    send(indexed(8, 6));
    try (MetricsService _ = started(stack.dataSource(), new SimpleMeterRegistry())) {
      keptIs("fwss/7 5", "fwss/8 6");

      send(indexed(7, 4));
      send(indexed(7, 9));
      send(indexed(7, 8));
      stack.send(Topic.DATA_SETS, 0, "fwss/7", null);
      stack.send(Topic.DATA_SETS, 0, "fwss/7", "{\"dataSet\":\"fwss/7\"}");
      send(indexed(8, 10));

      keptIs("fwss/7 9", "fwss/8 10");
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(stack.rows("select id from dead_letter where not published"))
                      .isEmpty());
    }
    assertThat(stack.written(Topic.DEAD_LETTERS))
        .extracting(record -> RecordJson.read(record.value(), DeadLetter.class))
        .allSatisfy(letter -> assertThat(letter.topic()).isEqualTo("filcdn.index.data-sets"))
        .hasSize(2);
  }

  @Test
  void whatKeepsItFromReadingIsTold() {
    FailingDataSource broken = new FailingDataSource(stack.dataSource(), 1, 1);

    try (TopicFollower follower = follower(broken, _ -> {})) {
      assertThat(follower.trouble()).contains("it has not started");
      follower.start();
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(follower.trouble().orElse(""))
                      .contains("the connection broke connecting"));
      assertThat(follower.isAlive()).isTrue();
    }
  }

  @Test
  void whileItIsBehindTheNextBatchIsReadAsOneIsAppliedAndAllAreAppliedInOrder() {
    send(new Simulation(7, 4, 4, 15).sent());
    CountDownLatch twoAreRead = new CountDownLatch(2);
    List<Boolean> readAhead = new CopyOnWriteArrayList<>();
    List<String> applied = new CopyOnWriteArrayList<>();
    TopicFollower.Step step =
        new TopicFollower.Step() {
          @Override
          public Runnable read(Batch batch) {
            if (!batch.isEmpty()) {
              twoAreRead.countDown();
            }
            return () -> apply(batch);
          }

          @Override
          public void apply(Batch batch) {
            if (!batch.isEmpty()) {
              readAhead.add(isReached(twoAreRead));
              batch.records().forEach(record -> applied.add(record.toString()));
            }
          }
        };

    try (TopicFollower follower = follower(stack.dataSource(), step)) {
      follower.start();
      await().atMost(SOON).until(() -> applied.size() >= 240);
    }

    assertThat(readAhead).contains(true).doesNotContain(false);
    assertThat(applied).hasSize(240).doesNotHaveDuplicates();
    for (int partition = 0; partition < 4; partition++) {
      String of = "-%d@".formatted(partition);
      assertThat(applied.stream().filter(record -> record.contains(of)))
          .isSortedAccordingTo(
              Comparator.comparingLong(
                  record -> Long.parseLong(record.substring(record.indexOf('@') + 1))));
    }
  }

  @Test
  void aProcessWithAGroupOfItsOwnReadsFromWhereItsDatabaseStands() {
    stack.send(flush(journal(1), 0, 1, hit(7, 1)));
    stack.send(flush(journal(1), 0, 2, hit(7, 10)));
    stack.send(flush(journal(2), 3, 1, hit(8, 2)));

    // partition 3 is shorter than what was read: it was made anew
    Map<Integer, Long> stored = Map.of(0, 1L, 3, 99L);

    assertThat(readAlone(stored, 2)).containsExactly("filcdn.egress-0@1", "filcdn.egress-3@0");
    assertThat(readAlone(stored, 2)).containsExactly("filcdn.egress-0@1", "filcdn.egress-3@0");
  }

  private List<String> readAlone(Map<Integer, Long> stored, int records) {
    List<String> applied = new CopyOnWriteArrayList<>();
    Map<Integer, Stretch> assigned = new ConcurrentHashMap<>();
    TopicFollower.Step step =
        new TopicFollower.Step() {
          @Override
          public void assigned(Map<Integer, Stretch> partitions) {
            assigned.putAll(partitions);
          }

          @Override
          public void apply(Batch batch) {
            batch.records().forEach(record -> applied.add(record.toString()));
          }
        };
    try (TopicFollower follower =
        new TopicFollower(
            settings(ConsumerGroup.ofOneProcess("filcdn-metrics-alone")),
            stack.kafka(),
            step,
            _ -> stored,
            new SimpleMeterRegistry())) {
      follower.start();
      await().atMost(SOON).until(() -> applied.size() >= records);
    }
    assertThat(assigned).containsEntry(0, new Stretch(1, 2)).containsEntry(3, new Stretch(0, 1));
    return applied.stream().sorted().toList();
  }

  private static boolean isReached(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What a kill -9 leaves: the transaction is done, and Kafka was not told. */
  private void dieAfterTheTransaction() {
    CountDownLatch applied = new CountDownLatch(1);
    try (MetricsService service =
            stack.service(stack.dataSource(), Clock.systemUTC(), new SimpleMeterRegistry());
        TopicFollower follower =
            follower(
                stack.dataSource(),
                batch -> {
                  service.pipeline().apply(batch);
                  if (!batch.isEmpty()) {
                    applied.countDown();
                    throw new Killed();
                  }
                })) {
      follower.start();
      await()
          .dontCatchUncaughtExceptions()
          .atMost(SOON)
          .until(() -> applied.getCount() == 0 && !follower.isAlive());
    }
  }

  /** An end that no follower recovers from. */
  private static final class Killed extends Error {}

  private TopicFollower follower(DataSource database, TopicFollower.Step step) {
    return new TopicFollower(
        settings(ConsumerGroup.shared("filcdn-metrics-egress")),
        stack.kafka(),
        step,
        new PostgresOffsets().in(new Database(database)),
        new SimpleMeterRegistry());
  }

  private static FollowerSettings settings(ConsumerGroup group) {
    return new FollowerSettings(
        Topic.EGRESS.topicName(),
        group,
        100,
        1 << 20,
        Duration.ofMillis(500),
        Duration.ofSeconds(1));
  }

  private MetricsService started(DataSource database, MeterRegistry registry) {
    MetricsService service = stack.service(database, Clock.systemUTC(), registry);
    service.start();
    return service;
  }

  private FailingDataSource failing(long seed) {
    return new FailingDataSource(stack.dataSource(), seed, 0.01);
  }

  private void send(List<SourceRecord> records) {
    records.forEach(
        record -> stack.send(Topic.EGRESS, record.partition(), "journal", record.value()));
  }

  private void send(DataSetRecord dataSet) {
    stack.send(Topic.DATA_SETS, 0, dataSet.dataSet().toString(), RecordJson.write(dataSet));
  }

  private void countedIs(String... odometers) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(stack.rows(CDN_BYTES)).containsExactly(odometers));
  }

  private void keptIs(String... versions) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(stack.rows(VERSIONS)).containsExactly(versions));
  }
}
