package io.filcdn.metrics.intake;

import io.filcdn.common.egress.JournalId;

/** The records that one run of one edge sent to one partition; their sequences are dense. */
public record JournalPartition(JournalId journal, int partition) {

  @Override
  public String toString() {
    return "journal %s, partition %d".formatted(journal, partition);
  }
}
