package io.filcdn.settlement.guard;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.ledger.OwedAmounts;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.ledger.UrgentDataSets;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.setaside.SetAsides;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The checks of a submission before it is signed, by the tables as they are now and by the
 * contract. What was planned can be outdated: another process may have signed since, the index have
 * changed, or a transaction have landed that the ledger lost.
 */
@ApplicationScoped
class PreSignChecks {

  private final ReportingStates reportingStates;
  private final OwedAmounts owed;
  private final SetAsides setAsides;
  private final UrgentDataSets urgentDataSets;
  private final EpochGuard epochGuard;

  PreSignChecks(
      ReportingStates reportingStates,
      OwedAmounts owed,
      SetAsides setAsides,
      UrgentDataSets urgentDataSets,
      EpochGuard epochGuard) {
    this.reportingStates = reportingStates;
    this.owed = owed;
    this.setAsides = setAsides;
    this.urgentDataSets = urgentDataSets;
    this.epochGuard = epochGuard;
  }

  /**
   * The reason by what the contract shows now against signing it, in one line; empty where there is
   * none.
   */
  Optional<String> onChain(Submission submission) {
    return submission instanceof Submission.UsageReport report
        ? epochGuard.mismatches(report.dataSets()).entrySet().stream()
            .findFirst()
            .map(first -> "dataSet=%s %s".formatted(first.getKey(), first.getValue()))
        : Optional.empty();
  }

  /** The reason by the tables against signing it, in one line; empty where there is none. */
  Optional<String> inTables(Submission submission) {
    Set<DataSetId> leftOut = setAsides.leftOut(submission.activity());
    return submission.dataSets().stream()
        .filter(leftOut::contains)
        .findFirst()
        .map(dataSet -> "dataSet=%s expected none that is set aside".formatted(dataSet))
        .or(
            () ->
                switch (submission) {
                  case Submission.UsageReport report -> checkReport(report);
                  case Submission.RailSettlement settlement -> checkSettlement(settlement);
                  case Submission.Termination termination -> checkTermination(termination);
                  // what speaks against it is the nonce's matter
                  case Submission.GapFill() -> Optional.empty();
                });
  }

  private Optional<String> checkReport(Submission.UsageReport report) {
    Map<DataSetId, ReportingState> now =
        reportingStates.of(report.dataSets()).stream()
            .collect(Collectors.toMap(ReportingState::dataSet, Function.identity()));
    return report.rollups().stream()
        .map(rollup -> checkRollup(report, rollup, Optional.ofNullable(now.get(rollup.dataSet()))))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> checkRollup(
      Submission.UsageReport report, Rollup rollup, Optional<ReportingState> found) {
    if (found.isEmpty()) {
      return Optional.of(
          "dataSet=%s expected an odometer and two rails".formatted(rollup.dataSet()));
    }
    ReportingState state = found.get();
    if (state.ownRollups().inFlight()) {
      return Optional.of("dataSet=%s expected no rollup in flight".formatted(rollup.dataSet()));
    }
    if (!report.toEpoch().isAfter(state.last())) {
      return Optional.of(
          "dataSet=%s expected a toEpoch above %s, found %s"
              .formatted(rollup.dataSet(), state.last(), report.toEpoch()));
    }
    return state.due() instanceof ReportingState.Due.Bytes bytes
            && bytes.now().reaches(rollup.usage())
        ? Optional.empty()
        : Optional.of(
            "dataSet=%s expected %s to be due, found %s"
                .formatted(rollup.dataSet(), rollup.usage(), state.due()));
  }

  private Optional<String> checkSettlement(Submission.RailSettlement settlement) {
    Set<DataSetId> inFlight = owed.inFlight(settlement.activity());
    return settlement.dataSets().stream()
        .filter(inFlight::contains)
        .findFirst()
        .map(dataSet -> "dataSet=%s expected no settlement in flight".formatted(dataSet));
  }

  private Optional<String> checkTermination(Submission.Termination termination) {
    return urgentDataSets.toTerminate().stream()
            .anyMatch(due -> due.dataSet().equals(termination.dataSet()))
        ? Optional.empty()
        : Optional.of(
            "dataSet=%s expected its payer to be sanctioned and its CDN to be on"
                .formatted(termination.dataSet()));
  }
}
