package io.filcdn.testing.infra;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * The contents of a topic, for those who compare. Reading them once more fetches only what was
 * added.
 */
public final class TopicContents implements AutoCloseable {

  @GuardedBy("this")
  private final KafkaConsumer<String, String> consumer;

  @GuardedBy("this")
  private final List<ConsumerRecord<String, String>> records = new ArrayList<>();

  /**
   * @param kafka what clients need to reach the brokers, and may read the topic
   */
  public TopicContents(Map<String, Object> kafka, String topic) {
    consumer = new KafkaConsumer<>(kafka, new StringDeserializer(), new StringDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** All that a topic holds now. */
  public static List<ConsumerRecord<String, String>> of(Map<String, Object> kafka, String topic) {
    try (TopicContents contents = new TopicContents(kafka, topic)) {
      return contents.read();
    }
  }

  /** All that the topic holds now, each partition in its order. */
  public synchronized List<ConsumerRecord<String, String>> read() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      while (consumer.position(end.getKey()) < end.getValue()) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return List.copyOf(records);
  }

  @Override
  public synchronized void close() {
    consumer.close();
  }
}
