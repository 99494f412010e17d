package io.filcdn.metrics.intake;

import io.filcdn.metrics.store.StorableJson;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka record as it came, before anyone tried to understand it.
 *
 * @param key absent where the record has none
 * @param value absent in a tombstone; bytes that are no UTF-8 are replaced
 */
public record SourceRecord(
    String topic, int partition, long offset, @Nullable String key, @Nullable String value) {

  /**
   * Its value as a record of its topic's kind; a tombstone is as wrong as any other nonsense.
   *
   * @throws IllegalArgumentException where it is none
   */
  public <T> T valueAs(Class<T> type) {
    if (value == null) {
      throw new IllegalArgumentException(
          "expected a %s, found no value".formatted(type.getSimpleName()));
    }
    return StorableJson.read(value, type);
  }

  @Override
  public String toString() {
    return "%s-%d@%d".formatted(topic, partition, offset);
  }
}
