package io.filcdn.settlement.reconciliation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.guard.EpochGuard;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Usage;
import io.filcdn.settlement.replica.IndexedPayments;
import io.filcdn.settlement.setaside.SetAside;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The comparison of one reconciliation while data sets are added to it: sums, and what differs. */
final class Comparison {

  private final OperatorContract.Rates rates;
  private final BlockNumber block;
  private final List<ReconciliationResult.Difference> differences = new ArrayList<>();
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
  Comparison(OperatorContract.Rates rates, BlockNumber block) {
    this.rates = rates;
    this.block = block;
  }

  /** Adds a data set. */
  void add(ReportingState state, OnChainUsage onChain, IndexedPayments payments) {
    DataSetRecord.Settled settled = payments.settled();
    dataSets++;
    odometer = odometer.plusCapped(state.odometer());
    reported = reported.plus(state.reported());
    ownOpen = ownOpen.plus(state.ownRollups().open());
    owedCdn = owedCdn.plus(onChain.cdn());
    owedCacheMiss = owedCacheMiss.plus(onChain.cacheMiss());
    settledCdn = settledCdn.plus(settled.cdn());
    settledCacheMiss = settledCacheMiss.plus(settled.cacheMiss());
    compareBytes(state);
    findLost(state, onChain, payments);
    if (state.isReportedBeyond(block.epoch())) {
      differ(
          state,
          ReconciliationResult.Kind.EPOCH,
          "expected a last reported epoch of at most block %s, found %s"
              .formatted(block, state.last()));
    }
    if (!state.ownRollups().inFlight()) {
      EpochGuard.mismatch(state, onChain.maxReported())
          .ifPresent(why -> differ(state, ReconciliationResult.Kind.EPOCH, why));
      compareMoney(state, onChain, settled);
    }
  }

  private void compareBytes(ReportingState state) {
    switch (state.due()) {
      case ReportingState.Due.Nothing() -> {}
      case ReportingState.Due.Bytes bytes -> due = due.plus(bytes.all());
      case ReportingState.Due.BeyondGrants(String message) ->
          differ(state, ReconciliationResult.Kind.BEYOND_GRANTS, message);
      case ReportingState.Due.Shortfall(String message) ->
          differ(state, ReconciliationResult.Kind.ODOMETER_BELOW_REPORTED, message);
      case ReportingState.Due.ReportMissing(String message) ->
          differ(state, ReconciliationResult.Kind.REPORT_NOT_INDEXED, message);
    }
  }

  /** Finds what is owed, or will be once it is reported, along rails that pay no more. */
  private void findLost(ReportingState state, OnChainUsage onChain, IndexedPayments payments) {
    Usage unreported = state.ownRollups().open();
    if (state.due() instanceof ReportingState.Due.Bytes bytes) {
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
          state,
          ReconciliationResult.Kind.LOST,
          "expected all to be paid before %s, found %s cdn and %s cache-miss that nobody can be paid any more"
              .formatted(
                  payments.deleted() ? "the data set was deleted" : "its rails ended",
                  cdn,
                  cacheMiss));
    }
  }

  /** Reported bytes × rate = settled + owed, where all was reported to the contract in office. */
  private void compareMoney(
      ReportingState state, OnChainUsage onChain, DataSetRecord.Settled settled) {
    if (!state.reported().equals(state.ownRollups().covered())) {
      return;
    }
    TokenAmount cdn = rates.cdn(state.reported().cdnBytes());
    TokenAmount cacheMiss = rates.cacheMiss(state.reported().cacheMissBytes());
    if (!cdn.equals(onChain.cdn().plus(settled.cdn()))
        || !cacheMiss.equals(onChain.cacheMiss().plus(settled.cacheMiss()))) {
      differ(
          state,
          ReconciliationResult.Kind.MONEY,
          "expected %s cdn and %s cache-miss in all for %s; found %s and %s settled, %s and %s owed"
              .formatted(
                  cdn,
                  cacheMiss,
                  state.reported(),
                  settled.cdn(),
                  settled.cacheMiss(),
                  onChain.cdn(),
                  onChain.cacheMiss()));
    }
  }

  private void differ(ReportingState state, ReconciliationResult.Kind kind, String message) {
    differenceCount++;
    if (differences.size() < ReconciliationResult.MAX_LISTED) {
      differences.add(new ReconciliationResult.Difference(state.dataSet(), kind, message));
    }
  }

  /** The sums, and what differs. */
  ReconciliationResult result(Instant at, List<SetAside> setAside) {
    return new ReconciliationResult(
        at,
        block,
        dataSets,
        new ReconciliationResult.Totals(
            odometer, reported, ownOpen, due, owedCdn, owedCacheMiss, settledCdn, settledCacheMiss),
        differenceCount,
        List.copyOf(differences),
        setAside);
  }
}
