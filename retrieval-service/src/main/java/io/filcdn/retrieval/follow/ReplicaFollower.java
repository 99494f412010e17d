package io.filcdn.retrieval.follow;

import io.filcdn.common.kafka.Topic;
import io.filcdn.common.time.Recurrence;
import io.filcdn.common.time.SteadyClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;

/**
 * The follower of compacted topics into a {@link TopicReplica}, all partitions, without a consumer
 * group: the offsets are the replica's own. Where the topics do not hold what would follow (another
 * cluster, or tombstones that compaction has dropped), it reads them from their beginning. Runs on
 * a thread of its own; Kafka being away only stops it for a while.
 */
public final class ReplicaFollower implements Runnable, AutoCloseable {

  private static final Logger LOG = Logger.getLogger(ReplicaFollower.class);

  private static final Duration ASK_EVERY = Duration.ofMinutes(1);

  private final Feed feed;
  private final TopicReplica replica;
  private final Consumer<String, String> consumer;
  private final Clock clock;
  private final Duration maxOffline;

  /** The ends of the topics when following began; reached by now where empty. */
  private Map<TopicPartition, Long> targets = new HashMap<>();

  private final CountDownLatch closing = new CountDownLatch(1);
  private final Recurrence asks;
  private volatile long lag;
  private volatile boolean caughtUp;
  private volatile boolean trusted;

  /**
   * The topics that are followed.
   *
   * @param name of what they tell, for people, threads and brokers
   * @param atOnce the most records that are read and applied together
   */
  public record Feed(String name, List<Topic> topics, int atOnce) {}

  /**
   * @param maxOffline how long compacted topics surely keep tombstones
   */
  public ReplicaFollower(
      Feed feed,
      TopicReplica replica,
      Map<String, Object> kafka,
      Clock clock,
      Duration maxOffline) {
    this(feed, replica, consumer(feed, kafka), clock, maxOffline);
  }

  /** A follower with a consumer of the caller's, which it closes. */
  public ReplicaFollower(
      Feed feed,
      TopicReplica replica,
      Consumer<String, String> consumer,
      Clock clock,
      Duration maxOffline) {
    this.feed = feed;
    this.replica = replica;
    this.consumer = consumer;
    this.clock = clock;
    this.maxOffline = maxOffline;
    this.asks = new Recurrence(ASK_EVERY, clock.instant(), clock);
  }

  private static Consumer<String, String> consumer(Feed feed, Map<String, Object> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "filcdn-" + feed.name);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "10000");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.toString(feed.atOnce));
    return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
  }

  /** True where all that the topics held when following began is in the replica. */
  public boolean caughtUp() {
    return caughtUp;
  }

  /**
   * True where the replica is good to serve from: it is caught up, or Kafka is away and it was
   * followed not long ago.
   */
  public boolean trusted() {
    return caughtUp || trusted;
  }

  /** The number of records of the topics that are not in the replica yet, as far as is known. */
  public long lag() {
    return lag;
  }

  @Override
  public void run() {
    try (consumer) {
      do {
        try {
          begin();
          follow();
        } catch (WakeupException e) {
          return;
        } catch (KafkaException | IllegalStateException e) {
          LOG.warnf("%s: not followed for now: %s", feed.name, e.getMessage());
          trusted = isKnownFresh();
        } catch (RuntimeException | Error e) {
          // there is no other thread that would follow
          LOG.errorf(e, "%s: not followed for now", feed.name);
          trusted = isKnownFresh();
        }
      } while (!closing.await(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    consumer.wakeup();
  }

  /** Places the consumer where the replica stands. */
  private void begin() {
    List<TopicPartition> partitions = partitions();
    consumer.assign(partitions);
    if (replica.followedAt().isPresent() && !isFresh()) {
      startOver("tombstones may be missing: it was not followed for " + maxOffline);
    }
    Map<TopicPartition, Long> offsets = replica.offsets();
    for (TopicPartition partition : partitions) {
      Long offset = offsets.get(partition);
      if (offset == null) {
        consumer.seekToBeginning(List.of(partition));
      } else {
        consumer.seek(partition, offset);
      }
    }
    targets = new HashMap<>(consumer.endOffsets(partitions));
    notice();
  }

  private boolean isFresh() {
    Instant now = clock.instant();
    return replica
        .followedAt()
        // a time to come was noted by a clock that was ahead, and nobody knows when that was
        .filter(at -> !at.isAfter(now.plus(SteadyClock.MOST_PUT_BACK)))
        .map(at -> !at.plus(maxOffline).isBefore(now))
        .orElse(false);
  }

  private boolean isKnownFresh() {
    try {
      return isFresh();
    } catch (RuntimeException e) {
      LOG.warnf("%s: the copy cannot be read: %s", feed.name, e.getMessage());
      return false;
    }
  }

  private List<TopicPartition> partitions() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (Topic topic : feed.topics) {
      List<PartitionInfo> found = consumer.partitionsFor(topic.topicName());
      if (found == null || found.isEmpty()) {
        throw new KafkaException("expected the topic " + topic.topicName() + ", found none");
      }
      found.forEach(p -> partitions.add(new TopicPartition(p.topic(), p.partition())));
    }
    return partitions;
  }

  private void follow() {
    while (closing.getCount() > 0) {
      ConsumerRecords<String, String> records;
      try {
        records = consumer.poll(Duration.ofSeconds(1));
      } catch (InvalidOffsetException e) {
        startOver("the topics do not hold its offsets: " + e.partitions());
        consumer.seekToBeginning(consumer.assignment());
        targets = new HashMap<>(consumer.endOffsets(consumer.assignment()));
        continue;
      }
      if (!records.isEmpty() || isTimeToAsk()) {
        apply(records);
      }
      notice();
    }
  }

  /** An empty poll does not tell silence from a broken line: from time to time Kafka is asked. */
  private boolean isTimeToAsk() {
    if (!asks.isDue()) {
      return false;
    }
    consumer.endOffsets(consumer.assignment());
    return true;
  }

  private void apply(ConsumerRecords<String, String> records) {
    List<ConsumerRecord<String, String>> all = new ArrayList<>(records.count());
    records.forEach(all::add);
    Map<TopicPartition, Long> next = new HashMap<>();
    records.nextOffsets().forEach((partition, offset) -> next.put(partition, offset.offset()));
    Instant heardAt = clock.instant();
    asks.done();
    // a copy of a part may lack what closes a piece, so that it must not look complete after a
    // restart
    replica.apply(all, next, caughtUp ? Optional.of(heardAt) : Optional.empty());
  }

  private void notice() {
    lag =
        consumer.assignment().stream()
            .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
            .sum();
    if (!caughtUp) {
      targets
          .entrySet()
          .removeIf(target -> consumer.position(target.getKey()) >= target.getValue());
      caughtUp = targets.isEmpty();
      if (caughtUp) {
        LOG.infof("%s: caught up", feed.name);
      }
    }
  }

  private void startOver(String why) {
    LOG.warnf("%s: read from the beginning: %s", feed.name, why);
    caughtUp = false;
    trusted = false;
    replica.clear();
  }
}
