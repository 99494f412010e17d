package io.filcdn.settlement.guard;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.ledger.OwedAmounts;
import io.filcdn.settlement.ledger.Rollup;
import io.filcdn.settlement.ledger.SetAsides;
import io.filcdn.settlement.ledger.Standing;
import io.filcdn.settlement.ledger.Standings;
import io.filcdn.settlement.ledger.Submission;
import io.filcdn.settlement.ledger.Urgencies;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The objections to a submission, by the tables as they are now, and by the contract. What was
 * planned can be outdated: another process may have signed since, the index have changed, or a
 * transaction have landed that the ledger lost.
 */
@ApplicationScoped
class Objections {

  private final Standings standings;
  private final OwedAmounts owed;
  private final SetAsides setAsides;
  private final Urgencies urgencies;
  private final EpochGuard epochGuard;

  Objections(
      Standings standings,
      OwedAmounts owed,
      SetAsides setAsides,
      Urgencies urgencies,
      EpochGuard epochGuard) {
    this.standings = standings;
    this.owed = owed;
    this.setAsides = setAsides;
    this.urgencies = urgencies;
    this.epochGuard = epochGuard;
  }

  /** The first objection by what the contract shows now, in one line; empty where there is none. */
  Optional<String> onChain(Submission submission) {
    return submission instanceof Submission.UsageReport report
        ? epochGuard.objections(report.dataSets()).entrySet().stream()
            .findFirst()
            .map(first -> "dataSet=%s %s".formatted(first.getKey(), first.getValue()))
        : Optional.empty();
  }

  /** The first objection in one line; empty where there is none. */
  Optional<String> against(Submission submission) {
    Set<DataSetId> leftOut = setAsides.leftOut(submission.activity());
    return submission.dataSets().stream()
        .filter(leftOut::contains)
        .findFirst()
        .map(dataSet -> "dataSet=%s expected none that is set aside".formatted(dataSet))
        .or(
            () ->
                switch (submission) {
                  case Submission.UsageReport report -> againstReport(report);
                  case Submission.RailSettlement settlement -> againstSettlement(settlement);
                  case Submission.Termination termination -> againstTermination(termination);
                  // what speaks against it is the nonce's matter
                  case Submission.GapFill() -> Optional.empty();
                });
  }

  private Optional<String> againstReport(Submission.UsageReport report) {
    Map<DataSetId, Standing> now =
        standings.of(report.dataSets()).stream()
            .collect(Collectors.toMap(Standing::dataSet, Function.identity()));
    return report.rollups().stream()
        .map(
            rollup -> againstRollup(report, rollup, Optional.ofNullable(now.get(rollup.dataSet()))))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> againstRollup(
      Submission.UsageReport report, Rollup rollup, Optional<Standing> found) {
    if (found.isEmpty()) {
      return Optional.of(
          "dataSet=%s expected an odometer and two rails".formatted(rollup.dataSet()));
    }
    Standing standing = found.get();
    if (standing.own().inFlight()) {
      return Optional.of("dataSet=%s expected no rollup in flight".formatted(rollup.dataSet()));
    }
    if (!report.toEpoch().isAfter(standing.last())) {
      return Optional.of(
          "dataSet=%s expected a toEpoch above %s, found %s"
              .formatted(rollup.dataSet(), standing.last(), report.toEpoch()));
    }
    return standing.due() instanceof Standing.Due.Bytes bytes && bytes.now().reaches(rollup.usage())
        ? Optional.empty()
        : Optional.of(
            "dataSet=%s expected %s to be due, found %s"
                .formatted(rollup.dataSet(), rollup.usage(), standing.due()));
  }

  private Optional<String> againstSettlement(Submission.RailSettlement settlement) {
    Set<DataSetId> inFlight = owed.inFlight(settlement.activity());
    return settlement.dataSets().stream()
        .filter(inFlight::contains)
        .findFirst()
        .map(dataSet -> "dataSet=%s expected no settlement in flight".formatted(dataSet));
  }

  private Optional<String> againstTermination(Submission.Termination termination) {
    return urgencies.toTerminate().stream()
            .anyMatch(due -> due.dataSet().equals(termination.dataSet()))
        ? Optional.empty()
        : Optional.of(
            "dataSet=%s expected its payer to be sanctioned and its CDN to be on"
                .formatted(termination.dataSet()));
  }
}
