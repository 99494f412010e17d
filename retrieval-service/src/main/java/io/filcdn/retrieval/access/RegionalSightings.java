package io.filcdn.retrieval.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeySighting;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.retrieval.follow.ReplicaFollower;
import io.filcdn.retrieval.follow.TopicReplica;
import io.filcdn.retrieval.usage.BestEffortProducer;
import io.github.bucket4j.Bucket;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The sightings of keys in all regions: this edge tells of those that it serves, each key once in
 * ten minutes unless another edge of its region has, and remembers for an hour which others tell
 * of. It is in memory alone, and bounded; what is lost of it costs a notice.
 */
public final class RegionalSightings implements KeySightings, TopicReplica {

  /** The feed that it is followed by. */
  public static final ReplicaFollower.Feed FEED =
      new ReplicaFollower.Feed("sightings", List.of(Topic.SIGHTINGS), 1_000);

  private static final Logger LOG = Logger.getLogger(RegionalSightings.class);
  private static final Duration REMEMBERED = Duration.ofHours(1);
  private static final Duration TOLD_EVERY = Duration.ofMinutes(10);
  private static final long MOST_KEYS = 100_000;
  private static final long TOLD_A_SECOND = 100;

  private final String region;
  private final BestEffortProducer producer;
  private final Clock clock;
  private final Cache<KeyId, Instant> elsewhere;
  private final Cache<KeyId, Boolean> told;
  private final Bucket rate =
      Bucket.builder()
          .addLimit(
              limit ->
                  limit.capacity(TOLD_A_SECOND).refillGreedy(TOLD_A_SECOND, Duration.ofSeconds(1)))
          .build();
  private final Map<TopicPartition, Long> offsets = new ConcurrentHashMap<>();

  /**
   * @param region of this edge
   * @throws IllegalArgumentException where it is no name of one
   */
  public RegionalSightings(String region, BestEffortProducer producer, Clock clock, Ticker ticker) {
    this.region = KeySighting.requireRegion(region);
    this.producer = producer;
    this.clock = clock;
    this.elsewhere =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEYS)
            .executor(Runnable::run)
            .expireAfterWrite(REMEMBERED)
            .ticker(ticker)
            .build();
    this.told =
        Caffeine.newBuilder()
            .maximumSize(MOST_KEYS)
            .executor(Runnable::run)
            .expireAfterWrite(TOLD_EVERY)
            .ticker(ticker)
            .build();
  }

  @Override
  public boolean isElsewhere(Grant grant) {
    return grant.key().isPresent() && isElsewhere(grant.key().get().key());
  }

  private boolean isElsewhere(KeyId key) {
    if (told.getIfPresent(key) == null && rate.tryConsume(1)) {
      told.put(key, true);
      producer.send(key.toString(), new KeySighting(key, region), SpanContext.getInvalid());
    }
    Instant seen = elsewhere.getIfPresent(key);
    return seen != null && seen.plus(REMEMBERED).isAfter(clock.instant());
  }

  @Override
  public Map<TopicPartition, Long> offsets() {
    return Map.copyOf(offsets);
  }

  /** What it misses makes nothing wrong. */
  @Override
  public Optional<Instant> followedAt() {
    return Optional.empty();
  }

  @Override
  public void apply(
      List<ConsumerRecord<String, String>> records,
      Map<TopicPartition, Long> next,
      Optional<Instant> complete) {
    Instant oldest = clock.instant().minus(REMEMBERED);
    List<ConsumerRecord<String, String>> recent =
        records.stream()
            .filter(record -> Instant.ofEpochMilli(record.timestamp()).isAfter(oldest))
            .toList();
    TopicReplica.readable(recent, RegionalSightings::seen, LOG).stream().forEach(this::remember);
    offsets.putAll(next);
  }

  /** What another edge of this region has told, this one need not. */
  private void remember(Seen seen) {
    if (!seen.sighting.region().equals(region)) {
      elsewhere.put(seen.sighting.key(), seen.at);
    } else if (seen.at.plus(TOLD_EVERY).isAfter(clock.instant())) {
      told.put(seen.sighting.key(), true);
    }
  }

  /** A sighting, and when it was told of. */
  private record Seen(KeySighting sighting, Instant at) {}

  private static Seen seen(ConsumerRecord<String, String> record) {
    return new Seen(
        RecordJson.read(record.value(), KeySighting.class),
        Instant.ofEpochMilli(record.timestamp()));
  }

  @Override
  public void clear() {
    offsets.clear();
  }
}
