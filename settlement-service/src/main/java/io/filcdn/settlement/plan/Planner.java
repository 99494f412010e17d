package io.filcdn.settlement.plan;

import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.due.DueReports;
import io.filcdn.settlement.due.DueScope;
import io.filcdn.settlement.due.DueSettlements;
import io.filcdn.settlement.due.DueTerminations;
import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.intake.TopicProgress;
import io.filcdn.settlement.model.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/**
 * The planner of reports, settlements and terminations, from the tables and the chain. A plan
 * changes nothing; it can be made any time.
 */
@ApplicationScoped
public class Planner {

  private final TopicProgress topics;
  private final DueReports dueReports;
  private final DueSettlements dueSettlements;
  private final DueTerminations dueTerminations;

  Planner(
      TopicProgress topics,
      DueReports dueReports,
      DueSettlements dueSettlements,
      DueTerminations dueTerminations) {
    this.topics = topics;
    this.dueReports = dueReports;
    this.dueSettlements = dueSettlements;
    this.dueTerminations = dueTerminations;
  }

  /** True where the tables are so complete that a plan can be carried out. */
  public boolean canPlan() {
    return topics.lag().isEmpty();
  }

  /** The plan of what is to be reported. */
  public ReportPlan report(Head head, DueScope scope) {
    DueReports.Found found = dueReports.find(head.latest(), scope);
    return new ReportPlan(found.usage(), found.findings());
  }

  /** The plan of what is to be paid, along the CDN's rails and the providers' alike. */
  public SettlementPlan settle(Head head, DueScope scope) {
    List<DueSettlements.Debt> debts = dueSettlements.debts(head.latest(), scope);
    List<Submission.RailSettlement> settlements = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (QuotaRecord.Kind rail : QuotaRecord.Kind.values()) {
      DueSettlements.Found found = dueSettlements.settlements(rail, debts, head.latest());
      settlements.addAll(found.settlements());
      findings.addAll(found.findings());
    }
    return new SettlementPlan(settlements, debts, findings);
  }

  /** The data sets whose CDN is to end. */
  public List<Submission.Termination> terminate() {
    return dueTerminations.find();
  }
}
