package io.filcdn.settlement.plan;

import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.due.DueReports;
import io.filcdn.settlement.due.DueScope;
import io.filcdn.settlement.due.DueSettlements;
import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.model.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/**
 * The planner of reports and settlements, from the tables and the chain. A plan changes nothing; it
 * can be made any time.
 */
@ApplicationScoped
public class Planner {

  private final DueReports dueReports;
  private final DueSettlements dueSettlements;

  Planner(DueReports dueReports, DueSettlements dueSettlements) {
    this.dueReports = dueReports;
    this.dueSettlements = dueSettlements;
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
}
