package io.filcdn.settlement.submission;

import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.ledger.ReportingStates;
import io.filcdn.settlement.plan.ReportPlan;
import io.filcdn.settlement.plan.SettlementPlan;
import io.filcdn.settlement.setaside.SetAsides;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The record of what plans found: data sets that are to be left out are set aside. In a dry run it
 * is only told.
 */
@Singleton
final class Findings {

  private static final Logger LOG = Logger.getLogger(Findings.class);

  private final SetAsides setAsides;
  private final ReportingStates reportingStates;
  private final SubmissionConfig config;

  Findings(SetAsides setAsides, ReportingStates reportingStates, SubmissionConfig config) {
    this.setAsides = setAsides;
    this.reportingStates = reportingStates;
    this.config = config;
  }

  /** Notes what a plan of reports found. */
  void note(ReportPlan plan) {
    plan.findings().forEach(this::note);
    if (!config.dryRun()) {
      reportingStates.forgetCovered();
    }
  }

  /** Notes that all data sets were looked at, but for those that wait to be retried. */
  void noteHealed(ReportPlan plan) {
    if (!config.dryRun()) {
      setAsides.releaseHealed(
          plan.findings().stream().map(Finding::dataSet).collect(Collectors.toSet()));
    }
  }

  /** Notes what a plan of settlements found. */
  void note(SettlementPlan plan) {
    plan.findings().forEach(this::note);
  }

  /** Sets a data set aside. */
  void note(Finding finding) {
    if (config.dryRun()) {
      LOG.infof(
          "dry run: would set aside dataSet=%s activity=%s reason=%s %s",
          finding.dataSet(), finding.activity(), finding.reason(), finding.message());
    } else {
      setAsides.put(finding.dataSet(), finding.activity(), finding.reason(), finding.message());
    }
  }
}
