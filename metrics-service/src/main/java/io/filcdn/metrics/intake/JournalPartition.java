package io.filcdn.metrics.intake;

import io.filcdn.common.egress.JournalId;

/** Where sequences are dense: what one run of one edge sent to one partition. */
public record JournalPartition(JournalId journal, int partition) {

  @Override
  public String toString() {
    return "journal %s, partition %d".formatted(journal, partition);
  }
}
