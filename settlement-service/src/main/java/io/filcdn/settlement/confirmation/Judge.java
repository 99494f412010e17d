package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.contracts.ContractEvent;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.contracts.Receipt;
import io.filcdn.settlement.ledger.Inclusion;
import io.filcdn.settlement.ledger.LedgerTransaction;
import io.filcdn.settlement.ledger.Submission;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out what became of a transaction. A receipt is a hint: what counts is whether the nonce is
 * spent at a final block, and what the contract holds and logged there. Nothing is concluded from
 * what a node does not know.
 */
@Singleton
public final class Judge {

  private final Node node;
  private final OperatorContract operator;
  private final ReportJudge reports;
  private final Reasons reasons;

  Judge(Node node, OperatorContract operator, ReportJudge reports, Reasons reasons) {
    this.node = node;
    this.operator = operator;
    this.reports = reports;
    this.reasons = reasons;
  }

  /** What the chain says about {@code transaction}. */
  public Verdict judge(LedgerTransaction transaction, Head head) {
    Optional<Receipt> receipt =
        transaction.hashes().stream().map(node::receipt).flatMap(Optional::stream).findFirst();
    if (isSpent(transaction, head.finalised())) {
      return atFinality(transaction, receipt, head);
    }
    if (receipt.isPresent()) {
      return new Verdict.Included(receipt.get().inclusion().block(), receipt.get().succeeded());
    }
    return node.nextNonce(transaction.sender()).compareTo(transaction.nonce()) > 0
        ? new Verdict.Hidden()
        : new Verdict.Waiting();
  }

  private boolean isSpent(LedgerTransaction transaction, BlockNumber block) {
    return node.nextNonce(transaction.sender(), block).compareTo(transaction.nonce()) > 0;
  }

  private Verdict atFinality(LedgerTransaction transaction, Optional<Receipt> receipt, Head head) {
    if (transaction.submission() instanceof Submission.UsageReport report) {
      return reports.judge(transaction, report, receipt, head);
    }
    List<ContractEvent> events = events(transaction, receipt, head);
    if (!events.isEmpty()) {
      return new Verdict.Landed(inclusion(events.getFirst(), receipt), amounts(events));
    }
    if (receipt.isEmpty()) {
      return new Verdict.Gone();
    }
    Inclusion inclusion = receipt.get().inclusion();
    if (!receipt.get().succeeded()) {
      return new Verdict.Failed(inclusion, reasons.of(transaction));
    }
    // a settlement that finds nothing owed succeeds in silence; a termination never does
    return transaction.submission() instanceof Submission.RailSettlement
        ? new Verdict.Landed(inclusion, Map.of())
        : new Verdict.Contradiction(
            "block %s holds it and is final, but PaymentRailsTerminated is not there"
                .formatted(inclusion.block()));
  }

  private List<ContractEvent> events(
      LedgerTransaction transaction, Optional<Receipt> receipt, Head head) {
    Optional<BlockNumber> block = receipt.map(found -> found.inclusion().block());
    return operator
        .events(
            transaction.submission(),
            block.orElse(transaction.signedBlock()),
            block.orElse(head.finalised()))
        .stream()
        .filter(event -> transaction.hashes().contains(event.transaction()))
        .toList();
  }

  static Inclusion inclusion(ContractEvent event, Optional<Receipt> receipt) {
    return receipt
        .map(Receipt::inclusion)
        .filter(inclusion -> inclusion.hash().equals(event.transaction()))
        .orElseGet(() -> new Inclusion(event.transaction(), event.block(), Optional.empty()));
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
