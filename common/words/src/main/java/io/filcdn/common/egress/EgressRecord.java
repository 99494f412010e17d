package io.filcdn.common.egress;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/**
 * One flush of an edge's journal to one partition of {@code filcdn.egress}.
 *
 * @param partition where it belongs; repeated here so that a misrouted record shows
 * @param sequence 1, 2, 3 … without gaps within journal and partition
 * @param edge the name of the edge
 * @param from when the flush's rows began
 * @param to when they ended: every byte in them was accepted before
 */
public record EgressRecord(
    JournalId journal,
    int partition,
    long sequence,
    String edge,
    Instant from,
    Instant to,
    List<EgressRow> rows) {

  public EgressRecord {
    requireNonNull(journal, "journal is missing");
    requireNonNull(edge, "edge is missing");
    requireNonNull(from, "from is missing");
    requireNonNull(to, "to is missing");
    rows = List.copyOf(requireNonNull(rows, "rows is missing"));
    if (sequence < 1) {
      throw new IllegalArgumentException("expected a sequence of at least 1, found " + sequence);
    }
    if (partition < 0) {
      throw new IllegalArgumentException("expected a partition of at least 0, found " + partition);
    }
  }
}
