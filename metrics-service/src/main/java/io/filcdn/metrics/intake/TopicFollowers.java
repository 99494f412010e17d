package io.filcdn.metrics.intake;

import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.network.Network;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.metrics.json.PostgresSafeJson;
import io.filcdn.metrics.pieces.PlacementChange;
import io.filcdn.metrics.pieces.PostgresAnswers;
import io.filcdn.metrics.pieces.PostgresPlacements;
import io.filcdn.metrics.pieces.PostgresRetrievals;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.statement.PostgresSettlements;
import io.filcdn.service.database.Database;
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
public final class TopicFollowers implements AutoCloseable {

  private static final Duration LONGEST_DEFAULT_WAIT = Duration.ofSeconds(5);

  /** Edges can lease nothing of what metrics has not heard of. */
  private static final Duration LONGEST_INDEX_WAIT = Duration.ofMillis(250);

  private final Limits limits;
  private final Network network;
  private final Source source;
  private final DeadLetterReporter reporter;
  private final Clock clock;
  private final MeterRegistry registry;
  private final List<TopicFollower> all;

  /**
   * The bounds of a batch, of whichever topic.
   *
   * @param maxWait without it, one epoch of the network, but 5 seconds at most
   * @see FollowerSettings
   */
  public record Limits(
      int maxRecords, int maxBytes, Optional<Duration> maxWait, Duration longestPause) {}

  /**
   * The place where records come from, and where it is kept how far they were read.
   *
   * @param kafka how to reach the brokers
   */
  public record Source(Map<String, Object> kafka, Database database, PostgresOffsets offsets) {}

  /**
   * @param egress what is done with the records of {@code filcdn.egress}
   */
  public TopicFollowers(
      TopicFollower.Step egress,
      Limits limits,
      Network network,
      Source source,
      DeadLetterReporter reporter,
      Clock clock,
      MeterRegistry registry) {
    this.limits = limits;
    this.network = network;
    this.source = source;
    this.reporter = reporter;
    this.clock = clock;
    this.registry = registry;
    Duration wait = limits.maxWait().orElse(shorter(network.epochDuration(), LONGEST_DEFAULT_WAIT));
    this.all =
        List.of(
            follower(Topic.EGRESS, "egress", wait, egress),
            follower(Topic.DATA_SETS, "data-sets", shorter(wait, LONGEST_INDEX_WAIT), dataSets()),
            follower(Topic.PLACEMENTS, "placements", wait, placements()),
            follower(Topic.SETTLEMENT, "settlement", wait, settlements()),
            follower(Topic.RETRIEVALS, "retrievals", wait, retrievals()));
  }

  /** The threads that read topics. */
  public List<TopicFollower> all() {
    return all;
  }

  public void start() {
    all.forEach(TopicFollower::start);
  }

  @Override
  public void close() {
    all.forEach(TopicFollower::close);
  }

  private TopicFollower.Step dataSets() {
    return kept(
        record -> PostgresSafeJson.valueOf(record, DataSetRecord.class),
        new PostgresDataSets()::keepNewer);
  }

  private TopicFollower.Step placements() {
    PostgresPlacements placements = new PostgresPlacements();
    return kept(
        this::placementChange,
        (connection, changes) -> placements.keep(connection, changes, clock.instant()));
  }

  private PlacementChange placementChange(SourceRecord record) {
    Optional<PlacementRecord> value =
        record.value() == null
            ? Optional.empty()
            : Optional.of(PostgresSafeJson.valueOf(record, PlacementRecord.class));
    return PlacementChange.of(record.key(), value, network);
  }

  private TopicFollower.Step settlements() {
    return kept(
        record -> PostgresSafeJson.valueOf(record, SettlementRecord.class),
        new PostgresSettlements(network)::keep);
  }

  private TopicFollower.Step retrievals() {
    PostgresRetrievals retrievals = new PostgresRetrievals();
    PostgresAnswers answers = new PostgresAnswers();
    return kept(
        record -> PostgresSafeJson.valueOf(record, RetrievalRecord.class),
        (connection, records) -> {
          retrievals.add(connection, records, clock.instant());
          answers.add(connection, records, clock.instant());
        });
  }

  private <T> TopicFollower.Step kept(
      RecordIntake.Reader<T> reader, RecordIntake.Keeper<T> keeper) {
    return new RecordIntake<>(reader, keeper, source.database(), source.offsets(), reporter, clock)
        ::apply;
  }

  private TopicFollower follower(Topic topic, String name, Duration wait, TopicFollower.Step step) {
    return new TopicFollower(
        new FollowerSettings(
            topic.topicName(),
            ConsumerGroup.shared("filcdn-metrics-" + name),
            limits.maxRecords(),
            limits.maxBytes(),
            wait,
            limits.longestPause()),
        source.kafka(),
        step,
        source.offsets().in(source.database()),
        registry);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
