package io.filcdn.settlement;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.guard.EpochGuard;
import io.filcdn.settlement.ledger.IndexedPayments;
import io.filcdn.settlement.ledger.SetAside;
import io.filcdn.settlement.ledger.Standing;
import io.filcdn.settlement.ledger.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The open books of one reconciliation: sums, and what does not agree. */
final class Books {

  private final OperatorContract.Rates rates;
  private final BlockNumber block;
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

  /**
   * @param block the chain's newest block
   */
  Books(OperatorContract.Rates rates, BlockNumber block) {
    this.rates = rates;
    this.block = block;
  }

  /** Enters a data set. */
  void enter(Standing standing, OnChainUsage onChain, IndexedPayments payments) {
    DataSetRecord.Settled settled = payments.settled();
    dataSets++;
    odometer = odometer.plusCapped(standing.odometer());
    reported = reported.plus(standing.reported());
    ownOpen = ownOpen.plus(standing.own().open());
    owedCdn = owedCdn.plus(onChain.cdn());
    owedCacheMiss = owedCacheMiss.plus(onChain.cacheMiss());
    settledCdn = settledCdn.plus(settled.cdn());
    settledCacheMiss = settledCacheMiss.plus(settled.cacheMiss());
    compareBytes(standing);
    findLost(standing, onChain, payments);
    if (standing.isReportedBeyond(block.epoch())) {
      differ(
          standing,
          ReconciliationView.Kind.EPOCH,
          "expected a last reported epoch of at most block %s, found %s"
              .formatted(block, standing.last()));
    }
    if (!standing.own().inFlight()) {
      EpochGuard.objection(standing, onChain.maxReported())
          .ifPresent(why -> differ(standing, ReconciliationView.Kind.EPOCH, why));
      compareMoney(standing, onChain, settled);
    }
  }

  private void compareBytes(Standing standing) {
    switch (standing.due()) {
      case Standing.Due.Nothing() -> {}
      case Standing.Due.Bytes bytes -> due = due.plus(bytes.all());
      case Standing.Due.BeyondGrants(String message) ->
          differ(standing, ReconciliationView.Kind.BEYOND_GRANTS, message);
      case Standing.Due.Shortfall(String message) ->
          differ(standing, ReconciliationView.Kind.ODOMETER_BELOW_REPORTED, message);
      case Standing.Due.ReportMissing(String message) ->
          differ(standing, ReconciliationView.Kind.REPORT_NOT_INDEXED, message);
    }
  }

  /** Finds what is owed, or will be once it is reported, along rails that pay no more. */
  private void findLost(Standing standing, OnChainUsage onChain, IndexedPayments payments) {
    Usage unreported = standing.own().open();
    if (standing.due() instanceof Standing.Due.Bytes bytes) {
      unreported = unreported.plus(bytes.all());
    }
    Epoch next = block.plus(1).epoch();
    TokenAmount cdn =
        payments.isOver(QuotaRecord.Kind.CDN, next)
            ? onChain.cdn().plus(rates.cdn(unreported.cdnBytes()))
            : TokenAmount.ZERO;
    TokenAmount cacheMiss =
        payments.isOver(QuotaRecord.Kind.CACHE_MISS, next)
            ? onChain.cacheMiss().plus(rates.cacheMiss(unreported.cacheMissBytes()))
            : TokenAmount.ZERO;
    if (!cdn.equals(TokenAmount.ZERO) || !cacheMiss.equals(TokenAmount.ZERO)) {
      differ(
          standing,
          ReconciliationView.Kind.LOST,
          "expected all to be paid before %s, found %s cdn and %s cache-miss that nobody can be paid any more"
              .formatted(
                  payments.deleted() ? "the data set was deleted" : "its rails ended",
                  cdn,
                  cacheMiss));
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
  ReconciliationView close(Instant at, List<SetAside> setAside) {
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
