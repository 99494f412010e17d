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
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The records that {@code filcdn.egress} still holds, read outside any consumer group. */
public final class EgressArchive {

  private static final Duration POLL = Duration.ofSeconds(1);

  /** The number of polls in a row that may bring nothing: a minute. */
  private static final int POLLS_IN_VAIN = 60;

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
   * Hands over all records from {@code offsets} to the present end of each partition, or as many of
   * them as Kafka still has. A partition that ends before was made anew: it is read whole.
   *
   * @param offsets by partition; a partition without one is read from 0
   * @return why they could not be read, where they could not
   */
  Optional<String> readFrom(Map<Integer, Long> offsets, Consumer<SourceRecord> records) {
    try {
      return read(stretches(offsets), records);
    } catch (KafkaException e) {
      return Optional.of(
          "expected to read %s, found: %s".formatted(Topic.EGRESS.topicName(), e.getMessage()));
    }
  }

  private Map<TopicPartition, Range> stretches(Map<Integer, Long> offsets) {
    Map<TopicPartition, Range> stretches = new HashMap<>();
    for (Map.Entry<Integer, Range> kept : there.find().entrySet()) {
      long wanted = offsets.getOrDefault(kept.getKey(), 0L);
      long first = kept.getValue().begin();
      long end = kept.getValue().end();
      stretches.put(
          new TopicPartition(Topic.EGRESS.topicName(), kept.getKey()),
          new Range(wanted <= end ? Math.max(first, wanted) : first, end));
    }
    return stretches;
  }

  private Optional<String> read(
      Map<TopicPartition, Range> stretches, Consumer<SourceRecord> records) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "filcdn-metrics-rebuild");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      return read(consumer, stretches, records);
    }
  }

  static Optional<String> read(
      org.apache.kafka.clients.consumer.Consumer<String, String> consumer,
      Map<TopicPartition, Range> stretches,
      Consumer<SourceRecord> records) {
    consumer.assign(stretches.keySet());
    stretches.forEach((partition, range) -> consumer.seek(partition, range.begin()));
    long left = left(consumer, stretches);
    int inVain = 0;
    while (left > 0 && inVain < POLLS_IN_VAIN) {
      consumer.poll(POLL).forEach(record -> records.accept(SourceRecord.of(record)));
      long before = left;
      left = left(consumer, stretches);
      inVain = left < before ? 0 : inVain + 1;
    }
    return left == 0
        ? Optional.empty()
        : Optional.of(
            "expected another %d offsets of %s, found none within %d s: its brokers do not answer, or not for all of its partitions"
                .formatted(left, Topic.EGRESS.topicName(), POLL.toSeconds() * POLLS_IN_VAIN));
  }

  /** The number of offsets that were not read. */
  private static long left(
      org.apache.kafka.clients.consumer.Consumer<String, String> consumer,
      Map<TopicPartition, Range> stretches) {
    return stretches.entrySet().stream()
        .mapToLong(one -> Math.max(0, one.getValue().end() - consumer.position(one.getKey())))
        .sum();
  }
}
