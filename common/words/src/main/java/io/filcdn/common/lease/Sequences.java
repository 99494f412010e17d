package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/** Sequences by partition, as edges tell them. */
final class Sequences {

  private Sequences() {}

  static Map<Integer, Long> checked(Map<Integer, Long> sequences) {
    Map<Integer, Long> all = Map.copyOf(requireNonNull(sequences, "sequences is missing"));
    all.forEach(
        (partition, sequence) -> {
          if (partition < 0 || sequence < 0) {
            throw new IllegalArgumentException(
                "expected partitions and sequences of at least 0, found %d: %d"
                    .formatted(partition, sequence));
          }
        });
    return all;
  }
}
