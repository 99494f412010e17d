package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.DEVNET;
import static io.filcdn.metrics.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.service.database.Database.DatabaseException;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two processes count what many edges sent, while records come more than once and in any order, and
 * the database breaks off at any step: in the end the tables hold what a plain sum holds.
 */
class SimulationIT {

  private static final double FAILURES = 0.03;

  private static TestStack stack = new TestStack();

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  @Test
  void totalsAreExactWhateverHappens() throws Exception {
    simulate(1);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(longs = {2, 3})
  void totalsAreExactWhateverElseHappens(long seed) throws Exception {
    simulate(seed);
  }

  private static void simulate(long seed) throws Exception {
    stack.forget();
    Simulation simulation = new Simulation(seed, 6, 3, 20);
    var batches = new ConcurrentLinkedQueue<>(simulation.delivered());

    try (ExecutorService processes = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> ends =
          processes.invokeAll(List.of(process(batches, seed), process(batches, -seed)));
      int failures = 0;
      for (Future<Integer> end : ends) {
        failures += end.get();
      }
      assertThat(failures).as("batches that failed and came again").isPositive();
      processes.submit(process(batches, 0)).get();
    }

    assertThat(
            stack.rows(
                "select data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests"
                    + " from odometer order by data_set"))
        .isEqualTo(simulation.odometers());
    assertThat(
            stack.rows(
                "select data_set, reason, requests, bytes from unbilled order by data_set, reason"))
        .isEqualTo(simulation.unbilled());
    assertThat(stack.rows("select distinct sequence, parked from watermark"))
        .containsExactly("20 0");
    assertThat(stack.rows("select * from parked")).isEmpty();
    usageIsTheOdometers(simulation);
    assertThat(stack.written(Topic.DEAD_LETTERS))
        .extracting(record -> RecordJson.read(record.value(), DeadLetter.class).offset())
        .hasSameElementsAs(simulation.deadOffsets());
  }

  /**
   * Takes batches until none is left, each as often as it takes, and tells how often one failed.
   */
  private static Callable<Integer> process(
      ConcurrentLinkedQueue<List<SourceRecord>> batches, long seed) {
    return () -> {
      var database = new FailingDataSource(stack.dataSource(), seed, FAILURES);
      var clock = new MovedClock(NOON.plus(Duration.ofMinutes(1)));
      int failures = 0;
      try (MetricsService service = stack.service(database, clock, new SimpleMeterRegistry())) {
        UsagePipeline pipeline = service.pipeline();
        for (var batch = batches.poll(); batch != null; batch = batches.poll()) {
          failures += insist(pipeline, new Batch(Topic.EGRESS.topicName(), batch));
          clock.move(Duration.ofMillis(100));
        }
        // as a follower does when nothing comes: what the other process kept from being told is
        // told
        failures += insist(pipeline, new Batch(Topic.EGRESS.topicName(), List.of()));
      }
      return failures;
    };
  }

  private static int insist(UsagePipeline pipeline, Batch batch) {
    int failures = 0;
    while (true) {
      try {
        pipeline.apply(batch);
        return failures;
      } catch (DatabaseException e) {
        failures++;
      }
    }
  }

  /** The newest record of each key is the odometer, and no key's records ever went back. */
  private static void usageIsTheOdometers(Simulation simulation) {
    Map<String, UsageRecord> compacted = new HashMap<>();
    List<String> wentBack = new ArrayList<>();
    stack
        .written(Topic.USAGE)
        .forEach(
            record -> {
              UsageRecord usage = RecordJson.read(record.value(), UsageRecord.class);
              UsageRecord before = compacted.put(record.key(), usage);
              if (before != null
                  && (before.cdnBytes().compareTo(usage.cdnBytes()) > 0
                      || before.cacheMissBytes().compareTo(usage.cacheMissBytes()) > 0
                      || before.asOf().isAfter(usage.asOf()))) {
                wentBack.add(before + " -> " + usage);
              }
            });
    assertThat(wentBack).isEmpty();
    assertThat(
            compacted.values().stream()
                .map(u -> u.dataSet() + " " + u.cdnBytes() + " " + u.cacheMissBytes())
                .sorted()
                .toList())
        .isEqualTo(simulation.usage());
    assertThat(compacted.values())
        .allSatisfy(
            usage -> assertThat(usage.asOf()).isGreaterThan(DEVNET.epochAt(NOON.plusSeconds(30))));
  }
}
