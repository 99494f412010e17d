package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.contracts.CallResult;
import io.filcdn.settlement.contracts.ContractError;
import io.filcdn.settlement.contracts.ContractEvent;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.contracts.Receipt;
import io.filcdn.settlement.ledger.LedgerTransaction;
import io.filcdn.settlement.ledger.Rollup;
import io.filcdn.settlement.ledger.Submission;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out what became of a transaction. A receipt is a hint: what counts is what the contract
 * holds and logged at a final block, and whether the nonce is spent there. Nothing is concluded
 * from what a node does not know.
 */
@Singleton
public final class Judge {

  private final Node node;
  private final OperatorContract operator;

  Judge(Node node, OperatorContract operator) {
    this.node = node;
    this.operator = operator;
  }

  /** What the chain says about {@code transaction}. */
  public Verdict judge(LedgerTransaction transaction, Head head) {
    Optional<Receipt> receipt =
        transaction.hashes().stream().map(node::receipt).flatMap(Optional::stream).findFirst();
    if (receipt.isPresent()) {
      return byReceipt(transaction, receipt.get(), head);
    }
    if (isSpent(transaction, head.finalised())) {
      return byEvents(transaction, head);
    }
    return node.nextNonce(transaction.sender()).compareTo(transaction.nonce()) > 0
        ? new Verdict.Hidden()
        : new Verdict.Waiting();
  }

  private boolean isSpent(LedgerTransaction transaction, BlockNumber block) {
    return node.nextNonce(transaction.sender(), block).compareTo(transaction.nonce()) > 0;
  }

  private Verdict byReceipt(LedgerTransaction transaction, Receipt receipt, Head head) {
    if (!head.isFinal(receipt.block())) {
      return new Verdict.Included(receipt.block(), receipt.succeeded());
    }
    if (!receipt.succeeded()) {
      return new Verdict.Failed(receipt.block(), whyItFailed(transaction));
    }
    List<ContractEvent> events =
        operator.events(
            transaction.submission(), transaction.hashes(), receipt.block(), receipt.block());
    return switch (transaction.submission()) {
      case Submission.RailSettlement _ ->
          new Verdict.Landed(receipt.hash(), receipt.block(), amounts(events));
      case Submission.UsageReport report -> {
        List<DataSetId> missing = notReported(report, events);
        missing.addAll(belowToEpoch(report, head.finalised()));
        yield missing.isEmpty()
            ? new Verdict.Landed(receipt.hash(), receipt.block(), Map.of())
            : new Verdict.Contradiction(
                "block %s holds it and is final, but UsageReported or dataSetUsage does not show toEpoch %s and the bytes for %s"
                    .formatted(receipt.block(), report.toEpoch(), missing));
      }
    };
  }

  /** For a spent nonce without a receipt: nodes forget old ones, events they keep. */
  private Verdict byEvents(LedgerTransaction transaction, Head head) {
    return switch (transaction.submission()) {
      case Submission.RailSettlement settlement -> {
        List<ContractEvent> events =
            operator.events(
                settlement, transaction.hashes(), transaction.signedBlock(), head.finalised());
        yield events.isEmpty()
            ? new Verdict.Gone()
            : new Verdict.Landed(
                events.getFirst().transaction(), events.getFirst().block(), amounts(events));
      }
      case Submission.UsageReport report -> byReportedEvents(transaction, report, head);
    };
  }

  /**
   * Whoever sent it: a report of this toEpoch that the contract took is the one that we signed, or
   * as good, and it can take no other.
   */
  private Verdict byReportedEvents(
      LedgerTransaction transaction, Submission.UsageReport report, Head head) {
    List<ContractEvent> events =
        operator.eventsOf(report, transaction.signedBlock(), head.finalised());
    List<DataSetId> missing = notReported(report, events);
    if (missing.isEmpty()) {
      ContractEvent last = lastOf(report, events);
      return new Verdict.Landed(last.transaction(), last.block(), Map.of());
    }
    boolean nothingThere =
        missing.size() == report.size()
            && belowToEpoch(report, head.finalised()).size() == report.size();
    return nothingThere
        ? new Verdict.Gone()
        : new Verdict.Contradiction(
            "nonce %s is spent at block %s, but toEpoch %s and the bytes are in UsageReported for some data sets only, or reported without an event; not for %s"
                .formatted(transaction.nonce(), head.finalised(), report.toEpoch(), missing));
  }

  private static List<DataSetId> notReported(
      Submission.UsageReport report, List<ContractEvent> events) {
    Map<DataSetId, ContractEvent.UsageReported> found = reportedAt(report.toEpoch(), events);
    List<DataSetId> missing = new ArrayList<>();
    for (Rollup rollup : report.rollups()) {
      ContractEvent.UsageReported event = found.get(rollup.dataSet());
      if (event == null || !event.usage().equals(rollup.usage())) {
        missing.add(rollup.dataSet());
      }
    }
    return missing;
  }

  private static Map<DataSetId, ContractEvent.UsageReported> reportedAt(
      Epoch toEpoch, List<ContractEvent> events) {
    Map<DataSetId, ContractEvent.UsageReported> found = new HashMap<>();
    for (ContractEvent event : events) {
      if (event instanceof ContractEvent.UsageReported reported
          && reported.toEpoch().equals(toEpoch)) {
        found.put(reported.dataSet(), reported);
      }
    }
    return found;
  }

  private static ContractEvent lastOf(Submission.UsageReport report, List<ContractEvent> events) {
    return reportedAt(report.toEpoch(), events).values().stream()
        .max(Comparator.comparing(ContractEvent.UsageReported::block))
        .orElseThrow();
  }

  private List<DataSetId> belowToEpoch(Submission.UsageReport report, BlockNumber block) {
    List<DataSetId> dataSets = report.dataSets();
    var usages = operator.usage(dataSets, block);
    List<DataSetId> below = new ArrayList<>();
    for (int i = 0; i < dataSets.size(); i++) {
      if (usages.get(i).maxReported().isBefore(report.toEpoch())) {
        below.add(dataSets.get(i));
      }
    }
    return below;
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

  private String whyItFailed(LedgerTransaction transaction) {
    return switch (node.call(operator.call(transaction.sender(), transaction.submission()))) {
      case CallResult.Reverted(ContractError error) -> error.text();
      case CallResult.Returned _ ->
          "its receipt says that it failed, but the same call goes through now";
    };
  }
}
