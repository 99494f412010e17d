package io.filcdn.settlement.api;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.due.DueSettlements;
import io.filcdn.settlement.due.DueUsage;
import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.model.Owed;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.plan.ReportPlan;
import io.filcdn.settlement.plan.SettlementPlan;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The views of plans that operators are shown. Lists end after {@link #MAX_ITEMS}; the counts do
 * not.
 */
final class PlanViews {

  static final int MAX_ITEMS = 100;

  private PlanViews() {}

  /**
   * The content of a planned report.
   *
   * @param waiting those of {@code items} on whose last epoch the contract does not agree, and why
   */
  record Report(
      boolean ordered,
      BlockNumber block,
      ByteCount dust,
      int dataSets,
      Usage usage,
      int reports,
      List<ReportItem> items,
      Map<DataSetId, String> waiting,
      List<Finding> findings) {}

  /** One data set of it. */
  record ReportItem(
      DataSetId dataSet, Epoch toEpoch, ByteCount cdnBytes, ByteCount cacheMissBytes) {}

  /**
   * @param mismatches asked of the data sets that are shown: all could take a node very long
   */
  static Report of(
      ReportPlan plan,
      Function<List<DataSetId>, Map<DataSetId, String>> mismatches,
      boolean ordered,
      BlockNumber block,
      ByteCount dust) {
    List<Submission.UsageReport> reports = plan.reports();
    List<ReportItem> items =
        reports.stream()
            .flatMap(report -> report.rollups().stream().map(rollup -> item(report, rollup)))
            .limit(MAX_ITEMS)
            .toList();
    return new Report(
        ordered,
        block,
        dust,
        plan.usage().size(),
        plan.usage().stream().map(DueUsage::usage).reduce(Usage.NONE, Usage::plus),
        reports.size(),
        items,
        mismatches.apply(items.stream().map(ReportItem::dataSet).toList()),
        plan.findings());
  }

  private static ReportItem item(Submission.UsageReport report, Rollup rollup) {
    return new ReportItem(
        rollup.dataSet(),
        report.toEpoch(),
        rollup.usage().cdnBytes(),
        rollup.usage().cacheMissBytes());
  }

  /** The payments of a planned settlement. */
  record Settlement(
      boolean ordered,
      BlockNumber block,
      int dataSets,
      TokenAmount cdnOwed,
      TokenAmount cacheMissOwed,
      List<SettlementItem> items,
      List<Finding> findings) {}

  /** One data set of it, and what it owes along the rail; the rail may hold less. */
  record SettlementItem(DataSetId dataSet, QuotaRecord.Kind rail, TokenAmount owed) {}

  static Settlement of(SettlementPlan plan, boolean ordered, BlockNumber block) {
    Map<DataSetId, Owed> owed =
        plan.debts().stream()
            .collect(Collectors.toMap(debt -> debt.owed().dataSet(), DueSettlements.Debt::owed));
    List<SettlementItem> items =
        plan.settlements().stream()
            .flatMap(
                settlement ->
                    settlement.dataSets().stream()
                        .map(
                            dataSet ->
                                new SettlementItem(
                                    dataSet,
                                    settlement.rail(),
                                    Objects.requireNonNull(owed.get(dataSet))
                                        .on(settlement.rail()))))
            .toList();
    return new Settlement(
        ordered,
        block,
        (int) items.stream().map(SettlementItem::dataSet).distinct().count(),
        sum(items, QuotaRecord.Kind.CDN),
        sum(items, QuotaRecord.Kind.CACHE_MISS),
        items.stream().limit(MAX_ITEMS).toList(),
        plan.findings());
  }

  private static TokenAmount sum(List<SettlementItem> items, QuotaRecord.Kind rail) {
    return items.stream()
        .filter(item -> item.rail() == rail)
        .map(SettlementItem::owed)
        .reduce(TokenAmount.ZERO, TokenAmount::plus);
  }
}
