package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.settlement.contracts.ContractEvent;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.NodeException;
import io.filcdn.settlement.contracts.Receipt;
import io.filcdn.settlement.model.Inclusion;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.Submission;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The reader of the outcomes of transactions from the chain. A receipt is a hint: what counts is
 * whether the nonce is spent at a final block, and what the contract holds and logged there.
 * Nothing is concluded from what a node does not know.
 */
@Singleton
public final class TransactionOutcomes {

  private final Node node;
  private final TransactionEvents transactionEvents;
  private final ReportOutcomes reports;
  private final SettlementOutcomes settlements;
  private final FailureReasons reasons;

  TransactionOutcomes(
      Node node,
      TransactionEvents transactionEvents,
      ReportOutcomes reports,
      SettlementOutcomes settlements,
      FailureReasons reasons) {
    this.node = node;
    this.transactionEvents = transactionEvents;
    this.reports = reports;
    this.settlements = settlements;
    this.reasons = reasons;
  }

  /**
   * The outcome of {@code transaction}, as the chain shows it now.
   *
   * @throws NodeException where no node even tells the sender's nonce
   */
  public TransactionOutcome of(LedgerTransaction transaction, Head head) {
    boolean spent = isSpent(transaction, head.finalised());
    try {
      return outcome(transaction, spent, head);
    } catch (NodeException e) {
      return new TransactionOutcome.Untold(spent, String.valueOf(e.getMessage()));
    }
  }

  private TransactionOutcome outcome(LedgerTransaction transaction, boolean spent, Head head) {
    Optional<Receipt> receipt =
        transaction.hashes().stream().map(node::receipt).flatMap(Optional::stream).findFirst();
    if (spent) {
      return atFinality(transaction, receipt, head);
    }
    if (receipt.isPresent()) {
      return new TransactionOutcome.Included(
          receipt.get().inclusion().block(), receipt.get().succeeded());
    }
    return node.nextNonce(transaction.sender()).compareTo(transaction.nonce()) > 0
        ? new TransactionOutcome.Hidden()
        : new TransactionOutcome.Waiting();
  }

  private boolean isSpent(LedgerTransaction transaction, BlockNumber block) {
    return node.nextNonce(transaction.sender(), block).compareTo(transaction.nonce()) > 0;
  }

  private TransactionOutcome atFinality(
      LedgerTransaction transaction, Optional<Receipt> receipt, Head head) {
    return switch (transaction.submission()) {
      case Submission.UsageReport report -> reports.of(transaction, report, receipt, head);
      case Submission.RailSettlement settlement ->
          settlements.of(transaction, settlement, receipt, head);
      case Submission.Termination _ -> terminated(transaction, receipt, head);
      // it was to spend its nonce, whether it succeeded or not
      case Submission.GapFill() ->
          inclusion(transaction, receipt)
              .<TransactionOutcome>map(
                  seen -> new TransactionOutcome.Landed(seen, Map.of(), Set.of()))
              .orElseGet(TransactionOutcome.Gone::new);
    };
  }

  private TransactionOutcome terminated(
      LedgerTransaction transaction, Optional<Receipt> receipt, Head head) {
    List<ContractEvent> found = transactionEvents.of(transaction, receipt, head);
    if (!found.isEmpty()) {
      return new TransactionOutcome.Landed(
          inclusion(found.getFirst(), receipt), Map.of(), Set.of());
    }
    if (receipt.isEmpty()) {
      return new TransactionOutcome.Gone();
    }
    Inclusion inclusion = receipt.get().inclusion();
    return receipt.get().succeeded()
        ? new TransactionOutcome.Contradiction(
            "block %s holds it and is final, but PaymentRailsTerminated is not there"
                .formatted(inclusion.block()))
        : new TransactionOutcome.Failed(inclusion, reasons.of(transaction));
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
