package io.filcdn.settlement.due;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.setaside.SetAside;
import io.filcdn.settlement.setaside.SetAsides;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The search for the usage that is due, which it puts into reports. It changes nothing. */
@Singleton
public final class DueReports {

  private final ReportingStates reportingStates;
  private final SetAsides setAsides;
  private final DueConfig config;
  private final Network network;
  private final Clock clock;

  DueReports(
      ReportingStates reportingStates,
      SetAsides setAsides,
      DueConfig config,
      Network network,
      Clock clock) {
    this.reportingStates = reportingStates;
    this.setAsides = setAsides;
    this.config = config;
    this.network = network;
    this.clock = clock;
  }

  /**
   * The result of the search.
   *
   * @param usage can be reported now
   * @param findings keeps data sets from being reported at all
   */
  public record Found(List<DueUsage> usage, List<Finding> findings) {}

  /** The usage that can be reported after block {@code latest}. */
  public Found find(BlockNumber latest, DueScope scope) {
    Set<DataSetId> leftOut = setAsides.leftOut(Activity.REPORT);
    List<DueUsage> usage = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (ReportingState state :
        scope.only().map(reportingStates::of).orElseGet(reportingStates::unequal)) {
      if (!leftOut.contains(state.dataSet())) {
        finding(state, latest)
            .ifPresentOrElse(findings::add, () -> due(state, latest, scope).ifPresent(usage::add));
      }
    }
    return new Found(usage, findings);
  }

  private Optional<Finding> finding(ReportingState state, BlockNumber latest) {
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

  private Optional<DueUsage> due(ReportingState state, BlockNumber latest, DueScope scope) {
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

  /**
   * Puts usage into as few reports as can be: each has one toEpoch, which must suit all its data
   * sets. Going through them by the highest epoch that suits each, a report takes all that its
   * first one's highest suits too.
   */
  public static List<Submission.UsageReport> reports(List<DueUsage> due) {
    List<DueUsage> left =
        new ArrayList<>(
            due.stream()
                .sorted(
                    Comparator.comparing(DueUsage::upTo)
                        .thenComparing(usage -> usage.state().dataSet()))
                .toList());
    List<Submission.UsageReport> reports = new ArrayList<>();
    while (!left.isEmpty()) {
      Epoch toEpoch = left.getFirst().upTo();
      List<Rollup> rollups =
          left.stream()
              .filter(usage -> usage.after().isBefore(toEpoch))
              .map(DueUsage::rollup)
              .toList();
      left.removeIf(usage -> usage.after().isBefore(toEpoch));
      reports.add(new Submission.UsageReport(toEpoch, rollups));
    }
    return reports;
  }
}
