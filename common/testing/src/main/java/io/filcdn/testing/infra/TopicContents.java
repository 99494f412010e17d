package io.filcdn.testing.infra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What a topic holds, for those who compare. */
public final class TopicContents {

  private TopicContents() {}

  /** All that a topic holds now, each partition in its order. */
  public static List<ConsumerRecord<String, String>> of(String bootstrapServers, String topic) {
    return of(Map.of("bootstrap.servers", bootstrapServers), topic);
  }

  /**
   * Likewise.
   *
   * @param kafka what clients need to reach the brokers, and may read the topic
   */
  public static List<ConsumerRecord<String, String>> of(Map<String, Object> kafka, String topic) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(kafka, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }
}
