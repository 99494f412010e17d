package io.filcdn.retrieval.tree;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.TreeRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;

/**
 * The follower of {@code filcdn.pieces.trees} into the {@link TreeStore}, without a consumer group:
 * the offsets are the store's own. Nothing waits for it: a piece whose tree has not come is fetched
 * whole. Trees that are not right are passed over. Runs on a thread of its own; Kafka being away
 * only stops it for a while.
 */
public final class TreeFollower implements Runnable, AutoCloseable {

  private static final Logger LOG = Logger.getLogger(TreeFollower.class);

  private static final Duration LONGEST_POLL = Duration.ofSeconds(1);

  private final TreeStore store;
  private final Consumer<String, String> consumer;
  private final CountDownLatch closing = new CountDownLatch(1);

  public TreeFollower(TreeStore store, Map<String, Object> kafka) {
    this(store, consumer(kafka));
  }

  TreeFollower(TreeStore store, Consumer<String, String> consumer) {
    this.store = store;
    this.consumer = consumer;
  }

  private static Consumer<String, String> consumer(Map<String, Object> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("client.id", "filcdn-trees");
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "none");
    settings.put("isolation.level", "read_committed");
    settings.put("default.api.timeout.ms", "10000");
    settings.put("max.poll.records", "100");
    return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
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
          LOG.warnf("the trees are not followed for now: %s", e.getMessage());
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

  private void begin() {
    List<PartitionInfo> found = consumer.partitionsFor(Topic.TREES.topicName());
    if (found == null || found.isEmpty()) {
      throw new KafkaException("expected the topic " + Topic.TREES.topicName() + ", found none");
    }
    List<TopicPartition> partitions =
        found.stream()
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    consumer.assign(partitions);
    for (TopicPartition partition : partitions) {
      OptionalLong next = store.offset(partition.partition());
      if (next.isPresent()) {
        consumer.seek(partition, next.getAsLong());
      } else {
        consumer.seekToBeginning(List.of(partition));
      }
    }
  }

  private void follow() {
    while (closing.getCount() > 0) {
      try {
        apply(consumer.poll(LONGEST_POLL));
      } catch (OffsetOutOfRangeException e) {
        LOG.warnf("the trees are read from their beginning: %s", e.getMessage());
        consumer.seekToBeginning(e.partitions());
      }
    }
  }

  private void apply(ConsumerRecords<String, String> records) {
    if (records.isEmpty()) {
      return;
    }
    List<PieceTree> right = new ArrayList<>();
    for (ConsumerRecord<String, String> record : records) {
      read(record).ifPresent(right::add);
    }
    Map<TopicPartition, Long> next = new HashMap<>();
    records.nextOffsets().forEach((partition, offset) -> next.put(partition, offset.offset()));
    store.apply(right, next);
  }

  private static Optional<PieceTree> read(ConsumerRecord<String, String> record) {
    try {
      return record.value() == null
          ? Optional.empty()
          : Optional.of(RecordJson.read(record.value(), TreeRecord.class).tree());
    } catch (IllegalArgumentException e) {
      LOG.warnf("the tree at offset %d is passed over: %s", record.offset(), e.getMessage());
      return Optional.empty();
    }
  }
}
