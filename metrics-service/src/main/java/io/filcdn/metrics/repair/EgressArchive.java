package io.filcdn.metrics.repair;

import io.filcdn.common.kafka.Topic;
import io.filcdn.service.kafka.SourceRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The records that {@code filcdn.egress} still holds, read outside any consumer group. */
public final class EgressArchive {

  private static final Duration POLL = Duration.ofSeconds(1);

  private final Map<String, Object> kafka;

  /**
   * @param kafka how to reach the brokers
   */
  public EgressArchive(Map<String, Object> kafka) {
    this.kafka = Map.copyOf(kafka);
  }

  /**
   * Hands over all records from {@code offsets} to the present end of each partition.
   *
   * @param offsets by partition; a partition without one is read from 0
   * @return why that is not possible, where Kafka has deleted some of them
   */
  Optional<String> readFrom(Map<Integer, Long> offsets, Consumer<SourceRecord> records) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "filcdn-metrics-rebuild");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topic.EGRESS.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> kept = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      for (TopicPartition partition : partitions) {
        long wanted = offsets.getOrDefault(partition.partition(), 0L);
        long first = kept.getOrDefault(partition, 0L);
        if (first > wanted) {
          return Optional.of(
              "expected %s from offset %d on, found it kept from %d on: what lies between is gone, so that nothing can be counted again from there"
                  .formatted(partition, wanted, first));
        }
        consumer.seek(partition, Math.min(wanted, ends.getOrDefault(partition, 0L)));
      }
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer.poll(POLL).forEach(record -> records.accept(SourceRecord.of(record)));
      }
      return Optional.empty();
    }
  }
}
