package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.settlement.contracts.ContractEvent;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.Receipt;
import io.filcdn.settlement.ledger.Inclusion;
import io.filcdn.settlement.ledger.LedgerTransaction;
import io.filcdn.settlement.ledger.Submission;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The decision on the outcome of a transaction. A receipt is a hint: what counts is whether the
 * nonce is spent at a final block, and what the contract holds and logged there. Nothing is
 * concluded from what a node does not know.
 */
@Singleton
public final class Judge {

  private final Node node;
  private final OwnEvents own;
  private final ReportJudge reports;
  private final SettlementJudge settlements;
  private final Reasons reasons;

  Judge(
      Node node, OwnEvents own, ReportJudge reports, SettlementJudge settlements, Reasons reasons) {
    this.node = node;
    this.own = own;
    this.reports = reports;
    this.settlements = settlements;
    this.reasons = reasons;
  }

  /** The chain's verdict on {@code transaction}. */
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
    return switch (transaction.submission()) {
      case Submission.UsageReport report -> reports.judge(transaction, report, receipt, head);
      case Submission.RailSettlement settlement ->
          settlements.judge(transaction, settlement, receipt, head);
      case Submission.Termination _ -> terminated(transaction, receipt, head);
      // it was to spend its nonce, whether it succeeded or not
      case Submission.GapFill() ->
          inclusion(transaction, receipt)
              .<Verdict>map(seen -> new Verdict.Landed(seen, Map.of(), Set.of()))
              .orElseGet(Verdict.Gone::new);
    };
  }

  private Verdict terminated(LedgerTransaction transaction, Optional<Receipt> receipt, Head head) {
    List<ContractEvent> found = own.of(transaction, receipt, head);
    if (!found.isEmpty()) {
      return new Verdict.Landed(inclusion(found.getFirst(), receipt), Map.of(), Set.of());
    }
    if (receipt.isEmpty()) {
      return new Verdict.Gone();
    }
    Inclusion inclusion = receipt.get().inclusion();
    return receipt.get().succeeded()
        ? new Verdict.Contradiction(
            "block %s holds it and is final, but PaymentRailsTerminated is not there"
                .formatted(inclusion.block()))
        : new Verdict.Failed(inclusion, reasons.of(transaction));
  }

  /**
   * The transaction's place, by its receipt, or as it was last seen where the node has none any
   * more.
   */
  static Optional<Inclusion> inclusion(LedgerTransaction transaction, Optional<Receipt> receipt) {
    return receipt
        .map(Receipt::inclusion)
        .or(
            () ->
                transaction
                    .includedBlock()
                    .map(
                        block ->
                            new Inclusion(
                                transaction.newest().signed().hash(), block, Optional.empty())));
  }

  static Inclusion inclusion(ContractEvent event, Optional<Receipt> receipt) {
    return receipt
        .map(Receipt::inclusion)
        .filter(inclusion -> inclusion.hash().equals(event.transaction()))
        .orElseGet(() -> new Inclusion(event.transaction(), event.block(), Optional.empty()));
  }
}
