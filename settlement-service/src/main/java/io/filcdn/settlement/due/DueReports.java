package io.filcdn.settlement.due;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.ledger.Activity;
import io.filcdn.settlement.ledger.Rollup;
import io.filcdn.settlement.ledger.SetAside;
import io.filcdn.settlement.ledger.SetAsides;
import io.filcdn.settlement.ledger.Standing;
import io.filcdn.settlement.ledger.Standings;
import io.filcdn.settlement.ledger.Submission;
import io.filcdn.settlement.ledger.Usage;
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

  private final Standings standings;
  private final SetAsides setAsides;
  private final DueConfig config;
  private final Network network;
  private final Clock clock;

  DueReports(
      Standings standings, SetAsides setAsides, DueConfig config, Network network, Clock clock) {
    this.standings = standings;
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
  public Found find(BlockNumber latest, Scope scope) {
    Set<DataSetId> leftOut = setAsides.leftOut(Activity.REPORT);
    List<DueUsage> usage = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (Standing standing : scope.only().map(standings::of).orElseGet(standings::unequal)) {
      if (!leftOut.contains(standing.dataSet())) {
        finding(standing, latest)
            .ifPresentOrElse(
                findings::add, () -> due(standing, latest, scope).ifPresent(usage::add));
      }
    }
    return new Found(usage, findings);
  }

  private Optional<Finding> finding(Standing standing, BlockNumber latest) {
    Epoch farthest = latest.plus(config.epochMarginBlocks()).epoch();
    if (standing.isReportedBeyond(farthest)) {
      return finding(
          standing,
          SetAside.Reason.EPOCH_AHEAD,
          "expected a last reported epoch of at most %s, found %s: whoever has the operator's key reported it, and the contract takes no report before"
              .formatted(farthest, standing.last()));
    }
    return notIndexed(standing).or(() -> finding(standing));
  }

  private Optional<Finding> notIndexed(Standing standing) {
    Optional<Instant> unindexedSince =
        standing
            .own()
            .unindexedSince()
            .filter(since -> since.plus(config.indexGrace()).isBefore(clock.instant()));
    return unindexedSince.flatMap(
        since ->
            finding(
                standing,
                SetAside.Reason.REPORT_NOT_INDEXED,
                "expected the index to show our report up to epoch %s, which is final since %s; found %s as the last"
                    .formatted(
                        standing.own().last().map(Epoch::toString).orElse("?"),
                        since,
                        standing.lastReported().map(Epoch::toString).orElse("none"))));
  }

  private static Optional<Finding> finding(Standing standing) {
    return switch (standing.due()) {
      case Standing.Due.Shortfall(String message) ->
          finding(standing, SetAside.Reason.ODOMETER_BELOW_REPORTED, message);
      case Standing.Due.ReportMissing(String message) ->
          finding(standing, SetAside.Reason.REPORT_NOT_INDEXED, message);
      case Standing.Due.BeyondGrants(String message) ->
          finding(standing, SetAside.Reason.BEYOND_GRANTS, message);
      case Standing.Due.Nothing _, Standing.Due.Bytes _ -> Optional.empty();
    };
  }

  private static Optional<Finding> finding(
      Standing standing, SetAside.Reason reason, String message) {
    return Optional.of(new Finding(standing.dataSet(), Activity.REPORT, reason, message));
  }

  private Optional<DueUsage> due(Standing standing, BlockNumber latest, Scope scope) {
    if (!(standing.due() instanceof Standing.Due.Bytes(Usage usage, Usage _))
        || usage.equals(Usage.NONE)
        || standing.own().inFlight()
        || isDust(standing, usage, scope.dust())) {
      return Optional.empty();
    }
    Epoch upTo = upTo(standing, latest);
    return upTo.isAfter(standing.last())
        ? Optional.of(new DueUsage(standing, usage, standing.last(), upTo))
        : Optional.empty();
  }

  /** True where it is so little that it is not worth its gas yet, and so young that it can wait. */
  private boolean isDust(Standing standing, Usage usage, ByteCount dust) {
    ByteCount bytes = usage.cdnBytes().plus(usage.cacheMissBytes());
    return bytes.compareTo(dust) < 0
        && standing
            .unreportedSince()
            .map(network::timeOf)
            .filter(since -> since.plus(config.dustMaxAge()).isAfter(clock.instant()))
            .isPresent();
  }

  /** min(latest − 1, the odometer's as-of epoch). */
  private static Epoch upTo(Standing standing, BlockNumber latest) {
    long over = Math.max(0, latest.value() - 1);
    return new Epoch(Math.min(over, standing.asOf().value()));
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
                        .thenComparing(usage -> usage.standing().dataSet()))
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
