package io.filcdn.retrieval.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.kafka.Topic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaFollowerTest {

  private static final String NAME = Topic.POLICIES.topicName();
  private static final TopicPartition PARTITION = new TopicPartition(NAME, 0);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final MockConsumer<String, String> consumer = new MockConsumer<>("none");
  private final Copy copy = new Copy();
  private final ReplicaFollower follower =
      new ReplicaFollower(
          new ReplicaFollower.Feed("access", List.of(Topic.POLICIES), 100),
          copy,
          consumer,
          Clock.systemUTC(),
          Duration.ofHours(1));
  private Thread following;

  /** A copy in memory. */
  private static final class Copy implements TopicReplica {

    private final Map<TopicPartition, Long> offsets = new ConcurrentHashMap<>();
    private volatile Optional<Instant> followedAt = Optional.empty();
    private final AtomicInteger records = new AtomicInteger();
    private volatile boolean broken;
    private volatile boolean asked;

    @Override
    public Map<TopicPartition, Long> offsets() {
      return Map.copyOf(offsets);
    }

    @Override
    public Optional<Instant> followedAt() {
      if (broken) {
        asked = true;
        throw new IllegalStateException("the copy cannot be read");
      }
      return followedAt;
    }

    @Override
    public void apply(
        List<ConsumerRecord<String, String>> told,
        Map<TopicPartition, Long> next,
        Optional<Instant> complete) {
      offsets.putAll(next);
      records.addAndGet(told.size());
      if (complete.isPresent()) {
        followedAt = complete;
      }
    }

    @Override
    public void clear() {
      offsets.clear();
      followedAt = Optional.empty();
    }
  }

  @BeforeEach
  void begin() {
    Node node = new Node(0, "here", 1);
    Node[] nodes = {node};
    consumer.updatePartitions(NAME, List.of(new PartitionInfo(NAME, 0, node, nodes, nodes)));
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.updateEndOffsets(Map.of(PARTITION, 2L));
    following = Thread.ofPlatform().start(follower);
  }

  @AfterEach
  void end() throws InterruptedException {
    follower.close();
    following.join();
  }

  private void tell(long offset) {
    consumer.schedulePollTask(
        () -> consumer.addRecord(new ConsumerRecord<>(NAME, 0, offset, "key", "value")));
  }

  /** Kafka goes away, and the follower has noticed. */
  private void fail() {
    consumer.schedulePollTask(() -> consumer.setPollException(new KafkaException("away")));
  }

  @Test
  void aCopyOfAPartIsNotTrustedWhereKafkaGoesAway() {
    tell(0);
    await().atMost(PATIENCE).until(() -> copy.records.get() == 1);
    fail();
    tell(1);
    await().atMost(PATIENCE).until(() -> copy.records.get() == 2);

    assertThat(copy.followedAt()).isEmpty();
    await().atMost(PATIENCE).until(follower::caughtUp);
  }

  @Test
  void aCopyOfAllIsTrustedForAWhile() {
    tell(0);
    tell(1);
    await().atMost(PATIENCE).until(follower::caughtUp);
    assertThat(copy.followedAt()).as("it was not told of anything since").isEmpty();

    consumer.updateEndOffsets(Map.of(PARTITION, 3L));
    tell(2);
    await().atMost(PATIENCE).until(() -> copy.followedAt().isPresent());

    assertThat(follower.trusted()).isTrue();
  }

  @Test
  void aCopyThatCannotBeReadForAWhileIsFollowedOn() {
    tell(0);
    await().atMost(PATIENCE).until(() -> copy.records.get() == 1);
    copy.broken = true;
    fail();
    await().atMost(PATIENCE).until(() -> copy.asked);

    copy.broken = false;
    tell(1);

    await().atMost(PATIENCE).until(() -> copy.records.get() == 2);
  }
}
