package io.filcdn.metrics.repair;

import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.intake.EgressOffsets;
import io.filcdn.metrics.intake.EgressOffsets.Range;
import io.filcdn.service.kafka.SourceRecord;
import java.time.Duration;
import java.util.HashMap;
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
  private final EgressOffsets there;

  /**
   * @param kafka how to reach the brokers
   */
  public EgressArchive(Map<String, Object> kafka) {
    this.kafka = Map.copyOf(kafka);
    this.there = new EgressOffsets(kafka);
  }

  /**
   * Hands over all records from {@code offsets} to the present end of each partition.
   *
   * @param offsets by partition; a partition without one is read from 0
   * @return why that is not possible, where Kafka has deleted some of them
   */
  Optional<String> readFrom(Map<Integer, Long> offsets, Consumer<SourceRecord> records) {
    Map<TopicPartition, Range> stretches = new HashMap<>();
    for (Map.Entry<Integer, Range> kept : there.find().entrySet()) {
      TopicPartition partition = new TopicPartition(Topic.EGRESS.topicName(), kept.getKey());
      long wanted = offsets.getOrDefault(kept.getKey(), 0L);
      long first = kept.getValue().begin();
      long end = kept.getValue().end();
      if (first > wanted) {
        return Optional.of(
            "expected %s from offset %d on, found it kept from %d on: what lies between is gone, so that nothing can be counted again from there"
                .formatted(partition, wanted, first));
      }
      stretches.put(partition, new Range(Math.min(wanted, end), end));
    }
    read(stretches, records);
    return Optional.empty();
  }

  private void read(Map<TopicPartition, Range> stretches, Consumer<SourceRecord> records) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "filcdn-metrics-rebuild");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(stretches.keySet());
      stretches.forEach((partition, range) -> consumer.seek(partition, range.begin()));
      while (stretches.entrySet().stream()
          .anyMatch(one -> consumer.position(one.getKey()) < one.getValue().end())) {
        consumer.poll(POLL).forEach(record -> records.accept(SourceRecord.of(record)));
      }
    }
  }
}
