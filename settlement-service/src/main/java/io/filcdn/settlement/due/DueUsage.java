package io.filcdn.settlement.due;

import io.filcdn.common.chain.Epoch;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Usage;

/**
 * Bytes of a data set that can be reported now.
 *
 * @param after the toEpoch must be above this
 * @param upTo and at most this
 */
public record DueUsage(ReportingState state, Usage usage, Epoch after, Epoch upTo) {

  public DueUsage {
    if (!upTo.isAfter(after)) {
      throw new IllegalArgumentException(
          "expected an epoch above %s and up to %s, there is none".formatted(after, upTo));
    }
  }

  /** The item of a report that tells them. */
  public Rollup rollup() {
    return new Rollup(state.dataSet(), usage, state.reportedByOthers());
  }
}
