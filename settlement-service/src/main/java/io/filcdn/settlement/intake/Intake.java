package io.filcdn.settlement.intake;

import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.service.kafka.ConsumerGroup;
import io.filcdn.service.kafka.FollowerSettings;
import io.filcdn.service.kafka.TopicFollower;
import io.filcdn.service.tracing.Tracing;
import io.filcdn.settlement.replica.OdometerTraces;
import io.filcdn.settlement.replica.TopicTables;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The reading of the topics into the tables. Every process reads all partitions, from where the
 * database stands.
 */
@Singleton
final class Intake {

  private static final int MAX_RECORDS = 500;
  private static final int MAX_BYTES = 8 << 20;
  private static final Duration MAX_WAIT = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Map<String, Object> kafka;
  private final TopicTables tables;
  private final TopicProgress progress;
  private final RecordReader reader;
  private final MeterRegistry metrics;
  private final List<TopicFollower> followers;

  Intake(
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      TopicTables tables,
      TopicProgress progress,
      RecordReader reader,
      OdometerTraces traces,
      Clock clock,
      MeterRegistry metrics) {
    this.kafka = kafka;
    this.tables = tables;
    this.progress = progress;
    this.reader = reader;
    this.metrics = metrics;
    this.followers =
        List.of(
            follower(
                Topic.USAGE,
                "usage",
                UsageRecord.class,
                tables::keepUsage,
                usage -> traces.keep(usage.dataSet(), Tracing.current())),
            follower(
                Topic.DATA_SETS, "data-sets", DataSetRecord.class, tables::keepDataSets, _ -> {}),
            follower(
                Topic.PAYERS,
                "payers",
                PayerRecord.class,
                payers -> tables.keepPayers(payers, clock.instant()),
                _ -> {}));
  }

  private <T> TopicFollower follower(
      Topic topic, String name, Class<T> type, Consumer<List<T>> keep, Consumer<T> traced) {
    return new TopicFollower(
        new FollowerSettings(
            topic.topicName(),
            ConsumerGroup.ofOneProcess("filcdn-settlement-" + name),
            MAX_RECORDS,
            MAX_BYTES,
            MAX_WAIT,
            LONGEST_PAUSE),
        kafka,
        new TopicIntake<>(topic.topicName(), type, keep, tables, progress, reader, traced),
        tables::nextOffsets,
        metrics);
  }

  void start(@Observes StartupEvent event) {
    followers.forEach(TopicFollower::start);
  }

  /** True where the threads live that read. */
  boolean isAlive() {
    return followers.stream().allMatch(TopicFollower::isAlive);
  }

  /** Ends the readers here, as the database is closed before Quarkus closes beans. */
  void stop(@Observes ShutdownEvent event) {
    followers.forEach(TopicFollower::close);
  }
}
