package io.filcdn.settlement.model;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The reporting state of a data set: its odometer, against what was reported of it and paid for.
 *
 * @param odometer all bytes so far
 * @param asOf the epoch by whose end they had been served
 * @param unreportedSince the as-of epoch of the oldest bytes that no rollup of ours covers
 * @param reported what the index says is on chain
 * @param lastReported the highest toEpoch that the index knows
 * @param ownRollups what our own rollups say
 * @param allowance what the index says was paid for, in bytes
 */
public record ReportingState(
    DataSetId dataSet,
    Usage odometer,
    Epoch asOf,
    Optional<Epoch> unreportedSince,
    Usage reported,
    Optional<Epoch> lastReported,
    OwnRollups ownRollups,
    Allowance allowance) {

  private static final Epoch NEVER = new Epoch(0);

  /**
   * The usage that is left to report: odometer − reported − own open rollups. Nothing wraps, and no
   * more than was paid for is ever left.
   */
  public Due due() {
    Usage expected = ownRollups.covered().plus(ownRollups.others());
    if (!reported.reaches(expected)) {
      return new Due.ReportMissing(
          "expected the index to show at least %s as reported, %s of it by us up to epoch %s; found %s: it lost a report"
              .formatted(expected, ownRollups.covered(), lastReported.orElse(NEVER), reported));
    }
    Usage covered = reported.plus(ownRollups.open());
    if (!odometer.reaches(covered)) {
      return new Due.Shortfall(
          "expected an odometer of at least what was reported, %s (%s of it in own open rollups), found %s"
              .formatted(covered, ownRollups.open(), odometer));
    }
    Usage left = odometer.minus(covered);
    if (left.equals(Usage.NONE)) {
      return new Due.Nothing();
    }
    if (!allowance.likely().reaches(odometer)) {
      return new Due.BeyondGrants(
          "expected an odometer of at most what was paid for, %s, found %s: nothing more of it is reported"
              .formatted(allowance.likely(), odometer));
    }
    Usage now = allowance.limit(left, covered);
    return new Due.Bytes(now, left.minus(now));
  }

  /** The epoch that the next toEpoch must exceed; 0 where none was reported. */
  public Epoch last() {
    return latestOf(lastReported, ownRollups.last());
  }

  /** The maxReportedEpoch that the contract must show before anything is signed. */
  public Epoch expectedOnChain() {
    return latestOf(lastReported, ownRollups.lastIncluded());
  }

  /**
   * The usage that the index shows beyond our own rollups: reports of others, or of past operators.
   */
  public Usage reportedByOthers() {
    return reported.minus(ownRollups.covered());
  }

  /**
   * True where an epoch that no block has reached was reported, so that no report can follow until
   * one has.
   */
  public boolean isReportedBeyond(Epoch epoch) {
    return lastReported.filter(last -> last.isAfter(epoch)).isPresent();
  }

  private static Epoch latestOf(Optional<Epoch> one, Optional<Epoch> other) {
    return Stream.of(one, other)
        .flatMap(Optional::stream)
        .max(Comparator.naturalOrder())
        .orElse(NEVER);
  }

  /** The usage that is left to report. */
  public sealed interface Due {

    /**
     * Some bytes.
     *
     * @param now can be reported
     * @param later have to wait until the grants that pay for them are final
     */
    record Bytes(Usage now, Usage later) implements Due {

      /** All of them. */
      public Usage all() {
        return now.plus(later);
      }
    }

    /** No bytes. */
    record Nothing() implements Due {}

    /**
     * A shortfall, as less was counted than reported: something is wrong, and nothing more may be
     * reported.
     */
    record Shortfall(String message) implements Due {}

    /**
     * A report that the index must know, and does not show: its bytes would be reported once more.
     */
    record ReportMissing(String message) implements Due {}

    /**
     * Usage beyond the grants, as more was counted than was ever paid for: something is wrong, and
     * nothing is reported.
     */
    record BeyondGrants(String message) implements Due {}
  }
}
