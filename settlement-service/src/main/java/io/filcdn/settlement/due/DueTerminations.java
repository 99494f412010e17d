package io.filcdn.settlement.due;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.ledger.OwedAmounts;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.ledger.UrgentDataSets;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.setaside.SetAsides;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The search for the data sets of sanctioned payers whose CDN is to end now. */
@Singleton
public final class DueTerminations {

  private final UrgentDataSets urgentDataSets;
  private final ReportingStates reportingStates;
  private final OwedAmounts owedAmounts;
  private final SetAsides setAsides;
  private final DueConfig config;
  private final Clock clock;

  DueTerminations(
      UrgentDataSets urgentDataSets,
      ReportingStates reportingStates,
      OwedAmounts owedAmounts,
      SetAsides setAsides,
      DueConfig config,
      Clock clock) {
    this.urgentDataSets = urgentDataSets;
    this.reportingStates = reportingStates;
    this.owedAmounts = owedAmounts;
    this.setAsides = setAsides;
    this.config = config;
    this.clock = clock;
  }

  /**
   * The terminations that are due: of those where all is reported and settled, and of those that
   * have waited for that as long as they may.
   */
  public List<Submission.Termination> find() {
    List<UrgentDataSets.ToTerminate> candidates = urgentDataSets.toTerminate();
    if (candidates.isEmpty()) {
      return List.of();
    }
    Set<DataSetId> leftOut = setAsides.leftOut(Activity.TERMINATE);
    Map<DataSetId, ReportingState> reported =
        reportingStates
            .of(candidates.stream().map(UrgentDataSets.ToTerminate::dataSet).toList())
            .stream()
            .collect(Collectors.toMap(ReportingState::dataSet, Function.identity()));
    Set<DataSetId> owing =
        owedAmounts.owing(candidates.stream().map(UrgentDataSets.ToTerminate::dataSet).toList());
    return candidates.stream()
        .filter(candidate -> !leftOut.contains(candidate.dataSet()))
        .filter(
            candidate ->
                isOverdue(candidate)
                    || !owing.contains(candidate.dataSet())
                        && isReported(Optional.ofNullable(reported.get(candidate.dataSet()))))
        .map(candidate -> new Submission.Termination(candidate.dataSet()))
        .toList();
  }

  private boolean isOverdue(UrgentDataSets.ToTerminate candidate) {
    return !candidate.since().plus(config.terminateWithin()).isAfter(clock.instant());
  }

  /** A data set without an odometer has nothing to report. */
  private static boolean isReported(Optional<ReportingState> state) {
    return state
        .map(
            found ->
                found.due() instanceof ReportingState.Due.Nothing
                    && found.ownRollups().open().equals(Usage.NONE))
        .orElse(true);
  }
}
