package io.filcdn.settlement;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.due.DueReports;
import io.filcdn.settlement.due.DueUsage;
import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.ledger.Submission;
import java.util.List;
import java.util.Map;

/**
 * What a report would tell now.
 *
 * @param usage is due, and the contract agrees on what it was told last
 * @param waiting is due too, but the contract does not agree, and why
 * @param findings what keeps data sets from being reported at all
 */
record ReportPlan(List<DueUsage> usage, Map<DataSetId, String> waiting, List<Finding> findings) {

  /** The reports that tell it. */
  List<Submission.UsageReport> reports() {
    return DueReports.reports(usage);
  }
}
