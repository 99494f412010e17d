package io.filcdn.metrics.intake;

import org.jspecify.annotations.Nullable;

/**
 * A Kafka record as it came, before anyone tried to understand it.
 *
 * @param key absent where the record has none
 * @param value absent in a tombstone; bytes that are no UTF-8 are replaced
 */
public record SourceRecord(
    String topic, int partition, long offset, @Nullable String key, @Nullable String value) {

  @Override
  public String toString() {
    return "%s-%d@%d".formatted(topic, partition, offset);
  }
}
