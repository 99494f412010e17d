package io.filcdn.settlement.due;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.ledger.Activity;
import io.filcdn.settlement.ledger.OwedAmounts;
import io.filcdn.settlement.ledger.SetAsides;
import io.filcdn.settlement.ledger.Standing;
import io.filcdn.settlement.ledger.Standings;
import io.filcdn.settlement.ledger.Submission;
import io.filcdn.settlement.ledger.Urgencies;
import io.filcdn.settlement.ledger.Usage;
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

  private final Urgencies urgencies;
  private final Standings standings;
  private final OwedAmounts owedAmounts;
  private final SetAsides setAsides;
  private final DueConfig config;
  private final Clock clock;

  DueTerminations(
      Urgencies urgencies,
      Standings standings,
      OwedAmounts owedAmounts,
      SetAsides setAsides,
      DueConfig config,
      Clock clock) {
    this.urgencies = urgencies;
    this.standings = standings;
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
    List<Urgencies.ToTerminate> candidates = urgencies.toTerminate();
    if (candidates.isEmpty()) {
      return List.of();
    }
    Set<DataSetId> leftOut = setAsides.leftOut(Activity.TERMINATE);
    Map<DataSetId, Standing> reported =
        standings.of(candidates.stream().map(Urgencies.ToTerminate::dataSet).toList()).stream()
            .collect(Collectors.toMap(Standing::dataSet, Function.identity()));
    Set<DataSetId> owing =
        owedAmounts.owing(candidates.stream().map(Urgencies.ToTerminate::dataSet).toList());
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

  private boolean isOverdue(Urgencies.ToTerminate candidate) {
    return !candidate.since().plus(config.terminateWithin()).isAfter(clock.instant());
  }

  /** A data set without an odometer has nothing to report. */
  private static boolean isReported(Optional<Standing> standing) {
    return standing
        .map(
            found ->
                found.due() instanceof Standing.Due.Nothing
                    && found.own().open().equals(Usage.NONE))
        .orElse(true);
  }
}
