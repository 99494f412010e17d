package io.filcdn.settlement.due;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.contracts.PayContract;
import io.filcdn.settlement.contracts.RailState;
import io.filcdn.settlement.contracts.StateView;
import io.filcdn.settlement.ledger.OwedAmounts;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.Owed;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.setaside.SetAside;
import io.filcdn.settlement.setaside.SetAsides;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The search for what data sets owe along rails that can pay, which it puts into settlements. */
@Singleton
public final class DueSettlements {

  private final OwedAmounts owedAmounts;
  private final SetAsides setAsides;
  private final OperatorContract operator;
  private final PayContract pay;
  private final StateView stateView;
  private final DueConfig config;

  DueSettlements(
      OwedAmounts owedAmounts,
      SetAsides setAsides,
      OperatorContract operator,
      PayContract pay,
      StateView stateView,
      DueConfig config) {
    this.owedAmounts = owedAmounts;
    this.setAsides = setAsides;
    this.operator = operator;
    this.pay = pay;
    this.stateView = stateView;
    this.config = config;
  }

  /** A data set, and what the contract just said that it owes. */
  public record Debt(Owed.Candidate candidate, Owed owed) {}

  /** A data set whose rail can pay some of what it owes. */
  record Payable(DataSetId dataSet, Optional<Epoch> endEpoch) {}

  /**
   * The result of the search.
   *
   * @param settlements pay what can be paid, along rails that end first before the others
   * @param findings keep data sets from being paid at all
   */
  public record Found(List<Submission.RailSettlement> settlements, List<Finding> findings) {}

  /** Reads what data sets owe now, where something may have changed. */
  public List<Debt> debts(BlockNumber latest, DueScope scope) {
    List<Owed.Candidate> candidates =
        owedAmounts.candidates(latest).stream()
            .filter(candidate -> scope.covers(candidate.dataSet()))
            .toList();
    List<OnChainUsage> amounts =
        operator.usage(candidates.stream().map(Owed.Candidate::dataSet).toList());
    Map<Owed.Candidate, Owed> owed = new LinkedHashMap<>();
    for (int i = 0; i < candidates.size(); i++) {
      DataSetId dataSet = candidates.get(i).dataSet();
      OnChainUsage read = amounts.get(i);
      owed.put(candidates.get(i), new Owed(dataSet, read.cdn(), read.cacheMiss(), latest));
    }
    owedAmounts.keep(owed);
    return owed.entrySet().stream()
        .map(entry -> new Debt(entry.getKey(), entry.getValue()))
        .toList();
  }

  /**
   * The settlements that pay {@code debts} along one kind of rail. Each rail is read now, and
   * whether its data set is still there: one that has ended would fail its whole batch, and one
   * that was deleted would be passed over in silence.
   */
  public Found settlements(QuotaRecord.Kind rail, List<Debt> debts, BlockNumber latest) {
    List<Debt> open = open(rail, debts);
    List<RailState> states =
        pay.rails(open.stream().map(debt -> debt.candidate().rail(rail)).toList(), latest);
    List<Boolean> exist =
        stateView.exist(open.stream().map(debt -> debt.candidate().dataSet()).toList());
    List<Payable> payables = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      Debt debt = open.get(i);
      if (!exist.get(i)) {
        findings.add(deleted(rail, debt));
        continue;
      }
      switch (states.get(i)) {
        case RailState.Payable(TokenAmount _, Optional<Epoch> endEpoch) ->
            payables.add(new Payable(debt.candidate().dataSet(), endEpoch));
        // a top-up makes it payable
        case RailState.Unfunded() -> {}
        case RailState.Ended ended -> findings.add(finding(rail, debt, ended, latest));
        case RailState.Missing missing -> findings.add(finding(rail, debt, missing));
      }
    }
    return new Found(
        group(rail, payables, latest.epoch().plus(config.railEndMarginBlocks())), findings);
  }

  /** Those that owe something along that rail and are neither set aside nor being paid. */
  private List<Debt> open(QuotaRecord.Kind rail, List<Debt> debts) {
    Activity activity = Activity.settling(rail);
    Set<DataSetId> leftOut = new HashSet<>(setAsides.leftOut(activity));
    leftOut.addAll(owedAmounts.inFlight(activity));
    return debts.stream()
        .filter(debt -> !debt.owed().on(rail).equals(TokenAmount.ZERO))
        .filter(debt -> !leftOut.contains(debt.candidate().dataSet()))
        .toList();
  }

  private static Finding deleted(QuotaRecord.Kind rail, Debt debt) {
    return new Finding(
        debt.candidate().dataSet(),
        Activity.settling(rail),
        SetAside.Reason.DATA_SET_DELETED,
        "the data set was deleted before the %s owed along its %s rail were paid: they are lost"
            .formatted(debt.owed().on(rail), rail));
  }

  private static Finding finding(
      QuotaRecord.Kind rail, Debt debt, RailState.Ended ended, BlockNumber latest) {
    return new Finding(
        debt.candidate().dataSet(),
        Activity.settling(rail),
        SetAside.Reason.RAIL_ENDED,
        "the %s rail %s ended at epoch %s, block %s is too late to pay the %s owed"
            .formatted(
                rail,
                debt.candidate().rail(rail),
                ended.endEpoch(),
                latest.plus(1),
                debt.owed().on(rail)));
  }

  private static Finding finding(QuotaRecord.Kind rail, Debt debt, RailState.Missing missing) {
    return new Finding(
        debt.candidate().dataSet(),
        Activity.settling(rail),
        SetAside.Reason.RAIL_MISSING,
        "the %s rail %s cannot pay the %s owed: %s"
            .formatted(rail, debt.candidate().rail(rail), debt.owed().on(rail), missing.error()));
  }

  /** One settlement each for rails that end before {@code alone}, then one for all others. */
  static List<Submission.RailSettlement> group(
      QuotaRecord.Kind rail, List<Payable> payables, Epoch alone) {
    List<Submission.RailSettlement> settlements = new ArrayList<>();
    List<DataSetId> together = new ArrayList<>();
    payables.stream()
        .sorted(
            Comparator.comparing(
                    (Payable payable) ->
                        payable.endEpoch().map(Epoch::value).orElse(Long.MAX_VALUE))
                .thenComparing(Payable::dataSet))
        .forEach(
            payable -> {
              if (payable.endEpoch().filter(alone::isAfter).isPresent()) {
                settlements.add(new Submission.RailSettlement(rail, List.of(payable.dataSet())));
              } else {
                together.add(payable.dataSet());
              }
            });
    if (!together.isEmpty()) {
      settlements.add(new Submission.RailSettlement(rail, together));
    }
    return settlements;
  }
}
