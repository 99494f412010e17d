package io.filcdn.settlement.ledger;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.model.TransactionState;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** A reader that puts transactions together from their rows, with one query for each table. */
@ApplicationScoped
class TransactionReader {

  /** Everything about the transactions of {@code rows}, in the same order. */
  List<LedgerTransaction> read(List<TransactionRow> rows) {
    List<Long> ids = rows.stream().map(TransactionRow::number).toList();
    Map<Long, List<AttemptRow>> attempts =
        AttemptRow.<AttemptRow>list("transaction in ?1", Sort.by("signedAt", "maxFeePerGas"), ids)
            .stream()
            .collect(groupingBy(row -> row.transaction));
    Map<Long, List<RollupRow>> rollups =
        RollupRow.<RollupRow>list("key.transaction in ?1", Sort.by("key.dataSet"), ids).stream()
            .collect(groupingBy(row -> row.key.transaction()));
    Map<Long, List<RailPaymentRow>> payments =
        RailPaymentRow.<RailPaymentRow>list("key.transaction in ?1", Sort.by("key.dataSet"), ids)
            .stream()
            .collect(groupingBy(row -> row.key.transaction()));
    Map<Long, TerminationRow> terminations =
        TerminationRow.<TerminationRow>list("key.transaction in ?1", ids).stream()
            .collect(toMap(row -> row.key.transaction(), Function.identity()));
    return rows.stream()
        .map(
            row ->
                transaction(
                    row,
                    attempts.getOrDefault(row.number(), List.of()),
                    submission(
                        row,
                        rollups.getOrDefault(row.number(), List.of()),
                        payments.getOrDefault(row.number(), List.of()),
                        Optional.ofNullable(terminations.get(row.number()))),
                    payments.getOrDefault(row.number(), List.of())))
        .toList();
  }

  private static LedgerTransaction transaction(
      TransactionRow row,
      List<AttemptRow> attempts,
      Submission submission,
      List<RailPaymentRow> payments) {
    return new LedgerTransaction(
        new TransactionId(row.number()),
        TransactionState.of(row.state),
        new Address(row.operator),
        new Address(row.sender),
        new Nonce(row.nonce),
        submission,
        new Gas(row.gasLimit),
        row.signedAt,
        new BlockNumber(row.signedBlock),
        Optional.ofNullable(row.includedBlock).map(BlockNumber::new),
        Optional.ofNullable(row.closedAt),
        Optional.ofNullable(row.landedHash).map(TxHash::new),
        Optional.ofNullable(row.feePaid).map(TokenAmount::new),
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
      TransactionRow row,
      List<RollupRow> rollups,
      List<RailPaymentRow> payments,
      Optional<TerminationRow> termination) {
    return switch (Activity.of(row.activity)) {
      case REPORT ->
          new Submission.UsageReport(
              new Epoch(Objects.requireNonNull(row.toEpoch, "a report has a toEpoch")),
              rollups.stream().map(RollupRow::toRollup).toList());
      case SETTLE_CDN -> settlement(QuotaRecord.Kind.CDN, payments);
      case SETTLE_CACHE_MISS -> settlement(QuotaRecord.Kind.CACHE_MISS, payments);
      case TERMINATE -> new Submission.Termination(termination.orElseThrow().key.id());
      case FILL_GAP -> new Submission.GapFill();
    };
  }

  private static Submission settlement(QuotaRecord.Kind rail, List<RailPaymentRow> payments) {
    return new Submission.RailSettlement(
        rail, payments.stream().map(payment -> payment.key.id()).toList());
  }
}
