package io.filcdn.service.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Records of one topic that are applied together; those of one partition in their order. */
public record Batch(String topic, List<SourceRecord> records) {

  public Batch {
    records = List.copyOf(records);
  }

  public boolean isEmpty() {
    return records.isEmpty();
  }

  /** The offsets at which reading goes on after this batch, by partition. */
  public Map<Integer, Long> nextOffsets() {
    Map<Integer, Long> next = new HashMap<>();
    for (SourceRecord source : records) {
      next.merge(source.partition(), source.offset() + 1, Math::max);
    }
    return next;
  }
}
