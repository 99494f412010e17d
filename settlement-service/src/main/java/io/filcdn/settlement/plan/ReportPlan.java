package io.filcdn.settlement.plan;

import io.filcdn.settlement.due.DueReports;
import io.filcdn.settlement.due.DueUsage;
import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.model.Submission;
import java.util.List;

/**
 * A plan of what a report would tell now, by the tables alone. Whether the contract agrees on what
 * it was told last is asked when a part of it is about to be signed.
 *
 * @param usage is due
 * @param findings what keeps data sets from being reported at all
 */
public record ReportPlan(List<DueUsage> usage, List<Finding> findings) {

  /** The reports that tell it. */
  public List<Submission.UsageReport> reports() {
    return DueReports.reports(usage);
  }
}
