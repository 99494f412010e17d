package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.contracts.ContractEvent;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.OnChainUsage;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.contracts.Receipt;
import io.filcdn.settlement.model.Inclusion;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.Owed;
import io.filcdn.settlement.model.Submission;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The reader of the outcome of a settlement whose nonce is spent at a final block. A settlement can
 * succeed in silence: the contract passes over what owes nothing, what has no lockup left, and what
 * was deleted. Only the first of these is no reason to look.
 */
@Singleton
final class SettlementOutcomes {

  private final OperatorContract operator;
  private final TransactionEvents transactionEvents;
  private final FailureReasons reasons;

  SettlementOutcomes(
      OperatorContract operator, TransactionEvents transactionEvents, FailureReasons reasons) {
    this.operator = operator;
    this.transactionEvents = transactionEvents;
    this.reasons = reasons;
  }

  TransactionOutcome of(
      LedgerTransaction transaction,
      Submission.RailSettlement settlement,
      Optional<Receipt> receipt,
      Head head) {
    List<ContractEvent> events = transactionEvents.of(transaction, receipt, head);
    if (events.isEmpty() && receipt.filter(seen -> !seen.succeeded()).isPresent()) {
      return new TransactionOutcome.Failed(receipt.get().inclusion(), reasons.of(transaction));
    }
    Optional<Inclusion> inclusion =
        events.isEmpty()
            ? TransactionOutcomes.inclusion(transaction, receipt)
            : Optional.of(TransactionOutcomes.inclusion(events.getFirst(), receipt));
    return inclusion
        .map(
            seen ->
                included(operator.at(transaction.operator()), settlement, seen, amounts(events)))
        .orElseGet(TransactionOutcome.Gone::new);
  }

  private static TransactionOutcome included(
      OperatorContract called,
      Submission.RailSettlement settlement,
      Inclusion inclusion,
      Map<DataSetId, TokenAmount> settled) {
    List<DataSetId> silent =
        settlement.dataSets().stream().filter(dataSet -> !settled.containsKey(dataSet)).toList();
    Set<DataSetId> unpaid = owing(called, settlement, silent, inclusion.block());
    return settled.isEmpty() && !unpaid.isEmpty()
        ? new TransactionOutcome.Idle(inclusion, unpaid)
        : new TransactionOutcome.Landed(inclusion, settled, unpaid);
  }

  /** Those of {@code silent} that still owed something after {@code block}. */
  private static Set<DataSetId> owing(
      OperatorContract called,
      Submission.RailSettlement settlement,
      List<DataSetId> silent,
      BlockNumber block) {
    List<OnChainUsage> usages = called.usage(silent, block);
    Set<DataSetId> owing = new HashSet<>();
    for (int i = 0; i < silent.size(); i++) {
      OnChainUsage usage = usages.get(i);
      Owed owed = new Owed(silent.get(i), usage.cdn(), usage.cacheMiss(), block);
      if (!owed.on(settlement.rail()).equals(TokenAmount.ZERO)) {
        owing.add(silent.get(i));
      }
    }
    return owing;
  }

  private static Map<DataSetId, TokenAmount> amounts(List<ContractEvent> events) {
    Map<DataSetId, TokenAmount> amounts = new HashMap<>();
    for (ContractEvent event : events) {
      if (event instanceof ContractEvent.Settled settled) {
        amounts.merge(settled.dataSet(), settled.amount(), TokenAmount::plus);
      }
    }
    return amounts;
  }
}
