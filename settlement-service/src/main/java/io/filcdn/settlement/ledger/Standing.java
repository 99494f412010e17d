package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a data set's odometer stands to what was reported of it.
 *
 * @param odometer all bytes so far
 * @param asOf the epoch by whose end they had been served
 * @param reported what the index says is on chain
 * @param lastReported the highest toEpoch that the index knows
 * @param ownOpen what our own rollups beyond {@code lastReported} hold
 * @param lastOwn the highest toEpoch of a rollup of ours that counts
 * @param lastOwnIncluded the highest of those that were seen in a block
 * @param inFlight whether a rollup of ours still has to be included deep enough
 */
public record Standing(
    DataSetId dataSet,
    Usage odometer,
    Epoch asOf,
    Usage reported,
    Optional<Epoch> lastReported,
    Usage ownOpen,
    Optional<Epoch> lastOwn,
    Optional<Epoch> lastOwnIncluded,
    boolean inFlight) {

  private static final Epoch NEVER = new Epoch(0);

  /** What is left to report: odometer − reported − own open rollups. Nothing wraps. */
  public Due due() {
    Usage covered = reported.plus(ownOpen);
    if (!odometer.reaches(covered)) {
      return new Due.Shortfall(
          "expected an odometer of at least what was reported, %s cdn and %s cache-miss bytes (%s and %s of them in own open rollups), found %s and %s"
              .formatted(
                  covered.cdnBytes(),
                  covered.cacheMissBytes(),
                  ownOpen.cdnBytes(),
                  ownOpen.cacheMissBytes(),
                  odometer.cdnBytes(),
                  odometer.cacheMissBytes()));
    }
    Usage left = odometer.minus(covered);
    return left.equals(Usage.NONE) ? new Due.Nothing() : new Due.Bytes(left);
  }

  /** The epoch that the next toEpoch must exceed; 0 where none was reported. */
  public Epoch last() {
    return latestOf(lastReported, lastOwn);
  }

  /** The maxReportedEpoch that the contract must show before anything is signed. */
  public Epoch expectedOnChain() {
    return latestOf(lastReported, lastOwnIncluded);
  }

  private static Epoch latestOf(Optional<Epoch> one, Optional<Epoch> other) {
    return Stream.of(one, other)
        .flatMap(Optional::stream)
        .max(Comparator.naturalOrder())
        .orElse(NEVER);
  }

  /** What is left to report. */
  public sealed interface Due {

    /** Some bytes. */
    record Bytes(Usage usage) implements Due {}

    /** No bytes. */
    record Nothing() implements Due {}

    /** Less was counted than reported: something is wrong, and nothing more may be reported. */
    record Shortfall(String message) implements Due {}
  }
}
