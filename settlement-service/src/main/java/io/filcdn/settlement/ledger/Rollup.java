package io.filcdn.settlement.ledger;

import io.filcdn.common.payment.DataSetId;

/** What one item of a report tells the chain: bytes of a data set that no report held before. */
public record Rollup(DataSetId dataSet, Usage usage) {

  public Rollup {
    if (usage.equals(Usage.NONE)) {
      throw new IllegalArgumentException("expected bytes to report for " + dataSet + ", found 0");
    }
  }
}
