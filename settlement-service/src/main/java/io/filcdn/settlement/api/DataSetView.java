package io.filcdn.settlement.api;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.settlement.model.Allowance;
import io.filcdn.settlement.model.Owed;
import io.filcdn.settlement.model.OwnRollups;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.setaside.SetAside;
import java.util.List;
import java.util.Optional;

/**
 * The state of a data set in settlement, as the API shows it.
 *
 * @param odometer all bytes so far
 * @param asOf the epoch by whose end they had been served
 * @param reported what the index knows of them as reported; absent where the data set cannot be
 *     reported, as it has no rails or no index record yet
 * @param lastReportedEpoch the highest toEpoch that the index knows
 * @param ownOpen what rollups of ours hold that the index does not know yet
 * @param due what is left to report; absent where less was counted than reported, more than was
 *     paid for, or the index lost a report
 * @param paidFor the bytes that grants pay for in all, those that are not final yet included
 * @param settled what the index says was paid; absent where it has no record yet
 * @param owed what the operator contract said that it owes; absent where it was not read yet
 * @param setAside what it is left out of, and why
 */
record DataSetView(
    DataSetId dataSet,
    Usage odometer,
    Epoch asOf,
    long countGeneration,
    Optional<Usage> reported,
    Optional<Epoch> lastReportedEpoch,
    Optional<Usage> ownOpen,
    Optional<Usage> due,
    Optional<Usage> paidFor,
    Optional<DataSetRecord.Settled> settled,
    Optional<OwedView> owed,
    List<SetAside> setAside) {

  /** Amounts owed, and the block at which they were read. */
  record OwedView(TokenAmount cdn, TokenAmount cacheMiss, BlockNumber block) {}

  static DataSetView of(
      UsageRecord usage,
      Optional<ReportingState> state,
      Optional<DataSetRecord.Settled> settled,
      Optional<Owed> owed,
      List<SetAside> setAside) {
    return new DataSetView(
        usage.dataSet(),
        new Usage(usage.cdnBytes(), usage.cacheMissBytes()),
        usage.asOf(),
        usage.countGeneration(),
        state.map(ReportingState::reported),
        state.flatMap(ReportingState::lastReported),
        state.map(ReportingState::ownRollups).map(OwnRollups::open),
        state.flatMap(DataSetView::due),
        state.map(ReportingState::allowance).map(Allowance::likely),
        settled,
        owed.map(amounts -> new OwedView(amounts.cdn(), amounts.cacheMiss(), amounts.block())),
        setAside);
  }

  private static Optional<Usage> due(ReportingState state) {
    return switch (state.due()) {
      case ReportingState.Due.Bytes bytes -> Optional.of(bytes.all());
      case ReportingState.Due.Nothing() -> Optional.of(Usage.NONE);
      case ReportingState.Due.Shortfall _,
          ReportingState.Due.ReportMissing _,
          ReportingState.Due.BeyondGrants _ ->
          Optional.empty();
    };
  }
}
