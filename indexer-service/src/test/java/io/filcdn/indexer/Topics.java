package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.kafka.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What a reader of the index topics knows who began when this was made. */
final class Topics implements AutoCloseable {

  private static final List<Topic> INDEX =
      List.of(Topic.PLACEMENTS, Topic.DATA_SETS, Topic.PROVIDERS, Topic.PAYERS);

  private final KafkaConsumer<String, String> consumer;
  private final Map<Topic, Map<String, String>> state = new TreeMap<>();

  private Topics(KafkaConsumer<String, String> consumer) {
    this.consumer = consumer;
    INDEX.forEach(topic -> state.put(topic, new TreeMap<>()));
  }

  /** Begins at the end of the topics, or at their beginning. */
  static Topics from(String bootstrapServers, boolean beginning) {
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringDeserializer(),
            new StringDeserializer());
    List<TopicPartition> partitions =
        INDEX.stream()
            .flatMap(topic -> consumer.partitionsFor(topic.topicName()).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    consumer.assign(partitions);
    if (beginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
    partitions.forEach(consumer::position); // seeks are lazy
    return new Topics(consumer);
  }

  /** The newest value of each key; keys with a tombstone are left out. */
  Map<String, String> of(Topic topic) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      consumer.poll(Duration.ofMillis(100)).forEach(this::take);
    }
    return state.getOrDefault(topic, Map.of());
  }

  /** The newest value of a key that is there. */
  String value(Topic topic, String key) {
    Map<String, String> values = of(topic);
    assertThat(values).containsKey(key);
    return Objects.requireNonNull(values.get(key));
  }

  private void take(ConsumerRecord<String, String> record) {
    for (Topic topic : INDEX) {
      if (topic.topicName().equals(record.topic())) {
        Map<String, String> values = state.computeIfAbsent(topic, _ -> new TreeMap<>());
        if (record.value() == null) {
          values.remove(record.key());
        } else {
          values.put(record.key(), record.value());
        }
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
