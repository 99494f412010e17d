package io.filcdn.service.kafka;

import java.util.Map;

/** The offsets that a service's database keeps, which change with what was read. */
@FunctionalInterface
public interface StoredOffsets {

  /** The offsets at which reading {@code topic} goes on, by partition; none where it begins. */
  Map<Integer, Long> find(String topic);
}
