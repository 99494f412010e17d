package io.filcdn.settlement.due;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.setaside.SetAsides;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The search for the usage that is due, which it puts into reports. It changes nothing. */
@Singleton
public final class DueReports {

  private final ReportingStates reportingStates;
  private final SetAsides setAsides;
  private final ReportRules rules;

  DueReports(
      ReportingStates reportingStates,
      SetAsides setAsides,
      DueConfig config,
      Network network,
      Clock clock) {
    this.reportingStates = reportingStates;
    this.setAsides = setAsides;
    this.rules = new ReportRules(config, network, clock);
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
        rules
            .finding(state, latest)
            .ifPresentOrElse(
                findings::add, () -> rules.due(state, latest, scope).ifPresent(usage::add));
      }
    }
    return new Found(usage, findings);
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
