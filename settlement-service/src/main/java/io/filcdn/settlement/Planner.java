package io.filcdn.settlement;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.due.DueReports;
import io.filcdn.settlement.due.DueSettlements;
import io.filcdn.settlement.due.DueUsage;
import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.due.Scope;
import io.filcdn.settlement.guard.EpochGuard;
import io.filcdn.settlement.ledger.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes plans from the tables and the chain. A plan changes nothing; it can be made any time. */
@ApplicationScoped
class Planner {

  private final DueReports dueReports;
  private final DueSettlements dueSettlements;
  private final EpochGuard epochGuard;

  Planner(DueReports dueReports, DueSettlements dueSettlements, EpochGuard epochGuard) {
    this.dueReports = dueReports;
    this.dueSettlements = dueSettlements;
    this.epochGuard = epochGuard;
  }

  /** What is to be reported. */
  ReportPlan report(Head head, Scope scope) {
    DueReports.Found found = dueReports.find(head.latest(), scope);
    Map<DataSetId, String> waiting =
        epochGuard.objections(found.usage().stream().map(DueUsage::standing).toList());
    return new ReportPlan(
        found.usage().stream()
            .filter(usage -> !waiting.containsKey(usage.standing().dataSet()))
            .toList(),
        waiting,
        found.findings());
  }

  /** What is to be paid, along the CDN's rails and the providers' alike. */
  SettlementPlan settle(Head head, Scope scope) {
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
