package io.filcdn.settlement;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.guard.EpochGuard;
import io.filcdn.settlement.ledger.SetAside;
import io.filcdn.settlement.ledger.Standing;
import io.filcdn.settlement.ledger.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The open books of one reconciliation: sums, and what does not agree. */
final class Books {

  private final OperatorContract.Rates rates;
  private final List<ReconciliationView.Difference> differences = new ArrayList<>();
  private long differenceCount;
  private long dataSets;
  private Usage odometer = Usage.NONE;
  private Usage reported = Usage.NONE;
  private Usage ownOpen = Usage.NONE;
  private Usage due = Usage.NONE;
  private TokenAmount owedCdn = TokenAmount.ZERO;
  private TokenAmount owedCacheMiss = TokenAmount.ZERO;
  private TokenAmount settledCdn = TokenAmount.ZERO;
  private TokenAmount settledCacheMiss = TokenAmount.ZERO;

  Books(OperatorContract.Rates rates) {
    this.rates = rates;
  }

  /** Enters a data set. */
  void enter(Standing standing, OnChainUsage onChain, DataSetRecord.Settled settled) {
    dataSets++;
    odometer = odometer.plus(standing.odometer());
    reported = reported.plus(standing.reported());
    ownOpen = ownOpen.plus(standing.own().open());
    owedCdn = owedCdn.plus(onChain.cdn());
    owedCacheMiss = owedCacheMiss.plus(onChain.cacheMiss());
    settledCdn = settledCdn.plus(settled.cdn());
    settledCacheMiss = settledCacheMiss.plus(settled.cacheMiss());
    compareBytes(standing);
    if (!standing.own().inFlight()) {
      EpochGuard.objection(standing, onChain.maxReported())
          .ifPresent(why -> differ(standing, ReconciliationView.Kind.EPOCH, why));
      compareMoney(standing, onChain, settled);
    }
  }

  private void compareBytes(Standing standing) {
    switch (standing.due()) {
      case Standing.Due.Nothing() -> {}
      case Standing.Due.Bytes(Usage usage) -> due = due.plus(usage);
      case Standing.Due.Shortfall(String message) ->
          differ(standing, ReconciliationView.Kind.ODOMETER_BELOW_REPORTED, message);
      case Standing.Due.ReportMissing(String message) ->
          differ(standing, ReconciliationView.Kind.REPORT_NOT_INDEXED, message);
    }
  }

  /** Reported bytes × rate = settled + owed, where all was reported to the contract in office. */
  private void compareMoney(
      Standing standing, OnChainUsage onChain, DataSetRecord.Settled settled) {
    if (!standing.reported().equals(standing.own().covered())) {
      return;
    }
    TokenAmount cdn = rates.cdn(standing.reported().cdnBytes());
    TokenAmount cacheMiss = rates.cacheMiss(standing.reported().cacheMissBytes());
    if (!cdn.equals(onChain.cdn().plus(settled.cdn()))
        || !cacheMiss.equals(onChain.cacheMiss().plus(settled.cacheMiss()))) {
      differ(
          standing,
          ReconciliationView.Kind.MONEY,
          "expected %s cdn and %s cache-miss in all for %s; found %s and %s settled, %s and %s owed"
              .formatted(
                  cdn,
                  cacheMiss,
                  standing.reported(),
                  settled.cdn(),
                  settled.cacheMiss(),
                  onChain.cdn(),
                  onChain.cacheMiss()));
    }
  }

  private void differ(Standing standing, ReconciliationView.Kind kind, String message) {
    differenceCount++;
    if (differences.size() < ReconciliationView.MAX_LISTED) {
      differences.add(new ReconciliationView.Difference(standing.dataSet(), kind, message));
    }
  }

  /** Adds up. */
  ReconciliationView close(Instant at, BlockNumber block, List<SetAside> setAside) {
    return new ReconciliationView(
        at,
        block,
        dataSets,
        new ReconciliationView.Totals(
            odometer, reported, ownOpen, due, owedCdn, owedCacheMiss, settledCdn, settledCacheMiss),
        differenceCount,
        List.copyOf(differences),
        setAside);
  }
}
