package io.filcdn.metrics.intake;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.egress.JournalId;

/**
 * The place of a flush in its edge's account: no two flushes share one, wherever and however often
 * they come. Read by itself where the rest of a record makes no sense.
 */
public record Position(JournalId journal, int partition, long sequence) {

  public Position {
    requireNonNull(journal, "journal is missing");
    if (sequence < 1) {
      throw new IllegalArgumentException("expected a sequence of at least 1, found " + sequence);
    }
    if (partition < 0) {
      throw new IllegalArgumentException("expected a partition of at least 0, found " + partition);
    }
  }

  /** The journal and partition it is in. */
  public JournalPartition lane() {
    return new JournalPartition(journal, partition);
  }
}
