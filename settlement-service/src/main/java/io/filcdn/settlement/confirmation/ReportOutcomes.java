package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.settlement.contracts.ContractEvent;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.contracts.OperatorContract;
import io.filcdn.settlement.contracts.Receipt;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Submission;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The reader of the outcome of a report whose nonce is spent at a final block. Whoever sent it: a
 * report of this toEpoch that the contract took is the one that we signed, or as good, and it can
 * take no other.
 */
@Singleton
final class ReportOutcomes {

  private final OperatorContract operator;
  private final FailureReasons reasons;

  ReportOutcomes(OperatorContract operator, FailureReasons reasons) {
    this.operator = operator;
    this.reasons = reasons;
  }

  TransactionOutcome of(
      LedgerTransaction transaction,
      Submission.UsageReport report,
      Optional<Receipt> receipt,
      Head head) {
    OperatorContract called = operator.at(transaction.operator());
    Map<DataSetId, ContractEvent.UsageReported> found =
        find(called, transaction, report, receipt, head);
    List<DataSetId> missing = missing(report, found);
    List<DataSetId> below = belowToEpoch(called, report, head.finalised());
    if (missing.isEmpty() && below.isEmpty()) {
      return new TransactionOutcome.Landed(
          TransactionOutcomes.inclusion(lastOf(found), receipt), Map.of(), Set.of());
    }
    if (found.isEmpty() && below.size() == report.size()) {
      return receipt
          .<TransactionOutcome>map(
              seen ->
                  new TransactionOutcome.Failed(
                      seen.inclusion(), why(transaction, seen.succeeded())))
          .orElseGet(TransactionOutcome.Gone::new);
    }
    return new TransactionOutcome.Contradiction(
        "expected all of toEpoch %s or nothing at final block %s; found no UsageReported with these bytes for %s, and dataSetUsage below it for %s"
            .formatted(report.toEpoch(), head.finalised(), missing, below));
  }

  private String why(LedgerTransaction transaction, boolean succeeded) {
    return succeeded
        ? "its receipt says that it succeeded, but the contract took nothing"
        : reasons.of(transaction);
  }

  /**
   * The events that the contract logged for this toEpoch: in the receipt's block, or since it was
   * signed.
   */
  private static Map<DataSetId, ContractEvent.UsageReported> find(
      OperatorContract called,
      LedgerTransaction transaction,
      Submission.UsageReport report,
      Optional<Receipt> receipt,
      Head head) {
    if (receipt.isPresent()) {
      BlockNumber block = receipt.get().inclusion().block();
      var inBlock = reportedIn(called, report, block, block);
      if (missing(report, inBlock).isEmpty()) {
        return inBlock;
      }
    }
    return reportedIn(called, report, transaction.signedBlock(), head.finalised());
  }

  private static Map<DataSetId, ContractEvent.UsageReported> reportedIn(
      OperatorContract called, Submission.UsageReport report, BlockNumber from, BlockNumber to) {
    Set<DataSetId> dataSets = Set.copyOf(report.dataSets());
    Map<DataSetId, ContractEvent.UsageReported> found = new HashMap<>();
    for (ContractEvent event : called.events(report, from, to)) {
      if (event instanceof ContractEvent.UsageReported reported
          && reported.toEpoch().equals(report.toEpoch())
          && dataSets.contains(reported.dataSet())) {
        found.put(reported.dataSet(), reported);
      }
    }
    return found;
  }

  private static List<DataSetId> missing(
      Submission.UsageReport report, Map<DataSetId, ContractEvent.UsageReported> found) {
    return report.rollups().stream()
        .filter(
            rollup ->
                Optional.ofNullable(found.get(rollup.dataSet()))
                    .map(event -> !event.usage().equals(rollup.usage()))
                    .orElse(true))
        .map(Rollup::dataSet)
        .toList();
  }

  private static ContractEvent lastOf(Map<DataSetId, ContractEvent.UsageReported> found) {
    return found.values().stream()
        .max(Comparator.comparing(ContractEvent.UsageReported::block))
        .orElseThrow();
  }

  private static List<DataSetId> belowToEpoch(
      OperatorContract called, Submission.UsageReport report, BlockNumber block) {
    List<DataSetId> dataSets = report.dataSets();
    var usages = called.usage(dataSets, block);
    return IntStream.range(0, dataSets.size())
        .filter(i -> usages.get(i).maxReported().isBefore(report.toEpoch()))
        .mapToObj(dataSets::get)
        .toList();
  }
}
