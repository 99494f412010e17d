package io.filcdn.service.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Records that were polled and not yet applied. Used by one thread. */
final class Collector {

  private final FollowerSettings settings;
  private List<SourceRecord> records = new ArrayList<>();
  private long bytes;

  Collector(FollowerSettings settings) {
    this.settings = settings;
  }

  void add(Iterable<ConsumerRecord<String, String>> polled) {
    for (ConsumerRecord<String, String> record : polled) {
      records.add(SourceRecord.of(record));
      bytes += Math.max(0, record.serializedValueSize());
    }
  }

  boolean isFull() {
    return records.size() >= settings.maxRecords() || bytes >= settings.maxBytes();
  }

  /** Drops what belongs to partitions that another process reads from now on. */
  void forget(Collection<TopicPartition> partitions) {
    records.removeIf(
        record -> partitions.contains(new TopicPartition(record.topic(), record.partition())));
  }

  /** Hands over what was collected, and starts anew. */
  Batch take() {
    Batch batch = new Batch(settings.topic(), records);
    records = new ArrayList<>();
    bytes = 0;
    return batch;
  }
}
