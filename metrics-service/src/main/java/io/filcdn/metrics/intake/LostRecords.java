package io.filcdn.metrics.intake;

import java.time.Instant;

/**
 * Records of a journal that Kafka had acknowledged and has no more, with none behind them.
 *
 * @param gap the sequences that are missing
 * @param edge that wrote the journal
 * @param since when that was found
 */
public record LostRecords(Gap gap, String edge, Instant since) {

  /** The number of records that are missing. */
  public long records() {
    return gap.size();
  }
}
