package io.filcdn.settlement.due;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.setaside.SetAside;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** The rules of which usage is reported, and of which data set none is. */
record ReportRules(DueConfig config, Network network, Clock clock) {

  /**
   * The finding that keeps a data set from being reported after block {@code latest}; empty where
   * none does.
   */
  Optional<Finding> finding(ReportingState state, BlockNumber latest) {
    Epoch farthest = latest.plus(config.epochMarginBlocks()).epoch();
    if (state.isReportedBeyond(farthest)) {
      return finding(
          state,
          SetAside.Reason.EPOCH_AHEAD,
          "expected a last reported epoch of at most %s, found %s: whoever has the operator's key reported it, and the contract takes no report before"
              .formatted(farthest, state.last()));
    }
    return notIndexed(state).or(() -> finding(state));
  }

  private Optional<Finding> notIndexed(ReportingState state) {
    Optional<Instant> unindexedSince =
        state
            .ownRollups()
            .unindexedSince()
            .filter(since -> since.plus(config.indexGrace()).isBefore(clock.instant()));
    return unindexedSince.flatMap(
        since ->
            finding(
                state,
                SetAside.Reason.REPORT_NOT_INDEXED,
                "expected the index to show our report up to epoch %s, which is final since %s; found %s as the last"
                    .formatted(
                        state.ownRollups().last().map(Epoch::toString).orElse("?"),
                        since,
                        state.lastReported().map(Epoch::toString).orElse("none"))));
  }

  private static Optional<Finding> finding(ReportingState state) {
    return switch (state.due()) {
      case ReportingState.Due.Shortfall(String message) ->
          finding(state, SetAside.Reason.ODOMETER_BELOW_REPORTED, message);
      case ReportingState.Due.ReportMissing(String message) ->
          finding(state, SetAside.Reason.REPORT_NOT_INDEXED, message);
      case ReportingState.Due.BeyondGrants(String message) ->
          finding(state, SetAside.Reason.BEYOND_GRANTS, message);
      case ReportingState.Due.Nothing _, ReportingState.Due.Bytes _ -> Optional.empty();
    };
  }

  private static Optional<Finding> finding(
      ReportingState state, SetAside.Reason reason, String message) {
    return Optional.of(new Finding(state.dataSet(), Activity.REPORT, reason, message));
  }

  /** The usage of a data set without findings that is worth a report. */
  Optional<DueUsage> due(ReportingState state, BlockNumber latest, DueScope scope) {
    if (!(state.due() instanceof ReportingState.Due.Bytes(Usage usage, Usage _))
        || usage.equals(Usage.NONE)
        || state.ownRollups().inFlight()
        || isDust(state, usage, scope.dust())) {
      return Optional.empty();
    }
    Epoch upTo = upTo(state, latest);
    return upTo.isAfter(state.last())
        ? Optional.of(new DueUsage(state, usage, state.last(), upTo))
        : Optional.empty();
  }

  /** True where it is so little that it is not worth its gas yet, and so young that it can wait. */
  private boolean isDust(ReportingState state, Usage usage, ByteCount dust) {
    ByteCount bytes = usage.cdnBytes().plus(usage.cacheMissBytes());
    return bytes.compareTo(dust) < 0
        && state
            .unreportedSince()
            .map(network::timeOf)
            .filter(since -> since.plus(config.dustMaxAge()).isAfter(clock.instant()))
            .isPresent();
  }

  /** min(latest − 1, the odometer's as-of epoch). */
  private static Epoch upTo(ReportingState state, BlockNumber latest) {
    long over = Math.max(0, latest.value() - 1);
    return new Epoch(Math.min(over, state.asOf().value()));
  }
}
