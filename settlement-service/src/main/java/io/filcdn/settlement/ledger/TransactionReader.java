package io.filcdn.settlement.ledger;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.TokenAmount;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Puts transactions together from their rows, with one query for each table. */
@ApplicationScoped
class TransactionReader {

  /** Everything about the transactions of {@code rows}, in the same order. */
  List<LedgerTransaction> read(List<TransactionRow> rows) {
    List<Long> ids = rows.stream().map(TransactionRow::number).toList();
    Map<Long, List<AttemptRow>> attempts =
        AttemptRow.<AttemptRow>list("transaction in ?1", Sort.by("signedAt"), ids).stream()
            .collect(groupingBy(row -> row.transaction));
    Map<Long, List<RollupRow>> rollups =
        RollupRow.<RollupRow>list("key.transaction in ?1", Sort.by("key.dataSet"), ids).stream()
            .collect(groupingBy(row -> row.key.transaction()));
    Map<Long, List<RailPaymentRow>> payments =
        RailPaymentRow.<RailPaymentRow>list("key.transaction in ?1", Sort.by("key.dataSet"), ids)
            .stream()
            .collect(groupingBy(row -> row.key.transaction()));
    return rows.stream()
        .map(
            row ->
                transaction(
                    row,
                    attempts.getOrDefault(row.number(), List.of()),
                    rollups.getOrDefault(row.number(), List.of()),
                    payments.getOrDefault(row.number(), List.of())))
        .toList();
  }

  private static LedgerTransaction transaction(
      TransactionRow row,
      List<AttemptRow> attempts,
      List<RollupRow> rollups,
      List<RailPaymentRow> payments) {
    return new LedgerTransaction(
        new TransactionId(row.number()),
        TransactionState.of(row.state),
        new Address(row.sender),
        new Nonce(row.nonce),
        submission(row, rollups, payments),
        new Gas(row.gasLimit),
        row.signedAt,
        new BlockNumber(row.signedBlock),
        Optional.ofNullable(row.includedBlock).map(BlockNumber::new),
        Optional.ofNullable(row.closedAt),
        Optional.ofNullable(row.error),
        attempts.stream().map(AttemptRow::toAttempt).toList(),
        payments.stream()
            .filter(payment -> payment.amount != null)
            .collect(
                toMap(
                    payment -> payment.key.id(),
                    payment -> new TokenAmount(Objects.requireNonNull(payment.amount)))));
  }

  private static Submission submission(
      TransactionRow row, List<RollupRow> rollups, List<RailPaymentRow> payments) {
    Activity activity = Activity.of(row.activity);
    return activity
        .rail()
        .<Submission>map(
            rail ->
                new Submission.RailSettlement(
                    rail, payments.stream().map(payment -> payment.key.id()).toList()))
        .orElseGet(
            () ->
                new Submission.UsageReport(
                    new Epoch(Objects.requireNonNull(row.toEpoch, "a report has a toEpoch")),
                    rollups.stream().map(RollupRow::toRollup).toList()));
  }
}
