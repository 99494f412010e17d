package io.filcdn.settlement.model;

import io.filcdn.common.payment.DataSetId;

/**
 * The content of one item of a report to the chain: bytes of a data set that no report held before.
 *
 * @param others what the index showed as reported by others when these bytes were found due; it can
 *     only grow, so that an index that shows less has lost a report
 */
public record Rollup(DataSetId dataSet, Usage usage, Usage others) {

  public Rollup {
    if (usage.equals(Usage.NONE)) {
      throw new IllegalArgumentException("expected bytes to report for " + dataSet + ", found 0");
    }
  }
}
