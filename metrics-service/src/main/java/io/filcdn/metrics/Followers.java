package io.filcdn.metrics;

import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.network.Network;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.metrics.intake.RecordIntake;
import io.filcdn.metrics.intake.Refusals;
import io.filcdn.metrics.pieces.Placing;
import io.filcdn.metrics.store.StorableJson;
import io.filcdn.service.kafka.ConsumerGroup;
import io.filcdn.service.kafka.FollowerSettings;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.service.kafka.TopicFollower;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The topics that the metrics service follows, and what it does with their records. */
final class Followers {

  private static final Duration LONGEST_DEFAULT_WAIT = Duration.ofSeconds(5);

  /** Edges can lease nothing of what metrics has not heard of. */
  private static final Duration LONGEST_INDEX_WAIT = Duration.ofMillis(250);

  private final Network network;
  private final MetricsConfig.Intake config;
  private final Map<String, Object> kafka;
  private final Tables tables;
  private final Refusals refusals;
  private final Clock clock;
  private final MeterRegistry registry;

  /**
   * @param kafka how to reach the brokers
   */
  Followers(
      Network network,
      MetricsConfig.Intake config,
      Map<String, Object> kafka,
      Tables tables,
      Refusals refusals,
      Clock clock,
      MeterRegistry registry) {
    this.network = network;
    this.config = config;
    this.kafka = kafka;
    this.tables = tables;
    this.refusals = refusals;
    this.clock = clock;
    this.registry = registry;
  }

  List<TopicFollower> all(UsagePipeline pipeline) {
    Duration wait = config.maxWait().orElse(shorter(network.epochDuration(), LONGEST_DEFAULT_WAIT));
    return List.of(
        follower(Topic.EGRESS, "egress", wait, pipeline),
        follower(Topic.DATA_SETS, "data-sets", shorter(wait, LONGEST_INDEX_WAIT), dataSets()),
        follower(Topic.PLACEMENTS, "placements", wait, placements()),
        follower(Topic.SETTLEMENT, "settlement", wait, settlements()),
        follower(Topic.RETRIEVALS, "retrievals", wait, retrievals()));
  }

  private TopicFollower.Step dataSets() {
    return kept(
        source -> StorableJson.valueOf(source, DataSetRecord.class), tables.dataSets()::keepNewer);
  }

  private TopicFollower.Step placements() {
    return kept(this::placing, tables.placements()::keep);
  }

  private Placing placing(SourceRecord source) {
    Optional<PlacementRecord> record =
        source.value() == null
            ? Optional.empty()
            : Optional.of(StorableJson.valueOf(source, PlacementRecord.class));
    return Placing.of(source.key(), record, network);
  }

  private TopicFollower.Step settlements() {
    return kept(
        source -> StorableJson.valueOf(source, SettlementRecord.class), tables.settlements()::keep);
  }

  private TopicFollower.Step retrievals() {
    return kept(
        source -> StorableJson.valueOf(source, RetrievalRecord.class),
        (connection, records) -> tables.retrievals().add(connection, records, clock.instant()));
  }

  private <T> TopicFollower.Step kept(
      RecordIntake.Reader<T> reader, RecordIntake.Keeper<T> keeper) {
    return new RecordIntake<>(
            reader,
            keeper,
            tables.database(),
            tables.deadLetters(),
            tables.offsets(),
            refusals,
            clock)
        ::apply;
  }

  private TopicFollower follower(Topic topic, String name, Duration wait, TopicFollower.Step step) {
    return new TopicFollower(
        new FollowerSettings(
            topic.topicName(),
            ConsumerGroup.shared("filcdn-metrics-" + name),
            config.maxRecords(),
            Math.toIntExact(config.maxBytes().asLongValue()),
            wait,
            config.longestPause()),
        kafka,
        step,
        tables.offsets().in(tables.database()),
        registry);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
