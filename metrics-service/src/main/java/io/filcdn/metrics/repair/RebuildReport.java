package io.filcdn.metrics.repair;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.odometer.Odometer.Totals;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of counting again.
 *
 * @param checkpoint the one that it began with; 0 where there was none, so that all was counted
 * @param records how many records were counted again
 * @param missing how many records were counted and not found again
 * @param problem why nothing could be counted again
 */
public record RebuildReport(
    long checkpoint,
    long records,
    long missing,
    boolean applied,
    Optional<String> problem,
    List<Difference> differences) {

  static RebuildReport impossible(long checkpoint, long records, long missing, String problem) {
    return new RebuildReport(checkpoint, records, missing, false, Optional.of(problem), List.of());
  }

  /** An odometer that shows something else than its records come to. */
  public record Difference(DataSetId dataSet, Totals counted, Totals recounted, Verdict verdict) {

    Difference judged(Verdict other) {
      return new Difference(dataSet, counted, recounted, other);
    }
  }

  /** The outcome for a difference. */
  public enum Verdict {
    /** Nothing; it was only asked for. */
    SHOWN,
    /** The odometer was set right. */
    APPLIED,
    /** Nothing: it would show less than stands on chain. */
    BELOW_REPORTED,
    /** Nothing: another rebuild has corrected the odometer meanwhile. */
    BUSY
  }
}
