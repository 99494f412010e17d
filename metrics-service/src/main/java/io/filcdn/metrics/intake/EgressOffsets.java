package io.filcdn.metrics.intake;

import io.filcdn.common.kafka.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The offsets of {@code filcdn.egress} that Kafka has. */
public final class EgressOffsets {

  private final Map<String, Object> kafka;

  /**
   * @param kafka how to reach the brokers
   */
  public EgressOffsets(Map<String, Object> kafka) {
    this.kafka = Map.copyOf(kafka);
  }

  /**
   * The records of a partition.
   *
   * @param begin the first offset that is there
   * @param end the one behind the last
   */
  public record Range(long begin, long end) {}

  /**
   * The range of offsets that each partition has now.
   *
   * @throws org.apache.kafka.common.KafkaException where no broker answers
   */
  public Map<Integer, Range> find() {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "filcdn-metrics-offsets");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topic.EGRESS.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      Map<Integer, Range> found = new HashMap<>();
      for (TopicPartition partition : partitions) {
        found.put(
            partition.partition(),
            new Range(begins.getOrDefault(partition, 0L), ends.getOrDefault(partition, 0L)));
      }
      return found;
    }
  }
}
