package io.filcdn.service.kafka;

import io.filcdn.service.kafka.TopicFollower.Stretch;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** Partitions as they come and go, on the follower's thread while it polls. */
final class AssignedPartitions implements ConsumerRebalanceListener {

  private static final Logger LOG = Logger.getLogger(AssignedPartitions.class);

  private final FollowerSettings settings;
  private final KafkaConsumer<String, String> consumer;
  private final StoredOffsets offsets;
  private final Collector collected;
  private final Consumer<Map<Integer, Stretch>> told;

  /**
   * @param told hears of partitions before any of their records comes
   */
  AssignedPartitions(
      FollowerSettings settings,
      KafkaConsumer<String, String> consumer,
      StoredOffsets offsets,
      Collector collected,
      Consumer<Map<Integer, Stretch>> told) {
    this.settings = settings;
    this.consumer = consumer;
    this.offsets = offsets;
    this.collected = collected;
    this.told = told;
  }

  /**
   * Reads on from where both the database and, if it keeps offsets, Kafka say it was read to. Where
   * the database is new or restored, it says less; where the topic is new, Kafka does, or it is
   * shorter than what was read of the old one. Reading too much is harmless.
   */
  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    Map<Integer, Long> stored = offsets.find(settings.topic());
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<Integer, Stretch> assigned = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> committed =
        settings.group().isShared() ? consumer.committed(Set.copyOf(partitions)) : Map.of();
    for (TopicPartition partition : partitions) {
      long read = stored.getOrDefault(partition.partition(), 0L);
      if (settings.group().isShared()) {
        OffsetAndMetadata known = committed.get(partition);
        read = Math.min(read, known == null ? 0 : known.offset());
      }
      long end = ends.getOrDefault(partition, 0L);
      long from = read <= end ? read : 0;
      consumer.seek(partition, from);
      assigned.put(partition.partition(), new Stretch(from, end));
      LOG.infof("%s: reading on from offset %d of %d", partition, from, end);
    }
    told.accept(assigned);
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    collected.forget(partitions);
  }
}
