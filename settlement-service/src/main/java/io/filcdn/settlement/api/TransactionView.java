package io.filcdn.settlement.api;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.model.Attempt;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.model.TransactionState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A transaction as the API shows it. */
record TransactionView(
    TransactionId id,
    Activity activity,
    TransactionState state,
    Address sender,
    Nonce nonce,
    Optional<Epoch> toEpoch,
    Gas gasLimit,
    Instant signedAt,
    BlockNumber signedBlock,
    Optional<BlockNumber> includedBlock,
    Optional<Instant> closedAt,
    Optional<TxHash> landed,
    Optional<TokenAmount> feePaid,
    Optional<String> error,
    List<AttemptView> attempts,
    List<ItemView> dataSets) {

  /**
   * A view of signed bytes, without the bytes.
   *
   * @param state the transaction's, or that others took the place of these
   */
  record AttemptView(
      TxHash hash,
      String state,
      TokenAmount maxFeePerGas,
      TokenAmount maxPriorityFeePerGas,
      Instant signedAt,
      int broadcasts,
      Optional<Instant> lastBroadcastAt) {}

  /**
   * The part of a transaction that is about one data set: bytes in a report, an amount in a
   * settlement.
   */
  record ItemView(
      DataSetId dataSet,
      Optional<ByteCount> cdnBytes,
      Optional<ByteCount> cacheMissBytes,
      Optional<TokenAmount> settled) {}

  static TransactionView of(LedgerTransaction transaction) {
    Submission submission = transaction.submission();
    return new TransactionView(
        transaction.id(),
        submission.activity(),
        transaction.state(),
        transaction.sender(),
        transaction.nonce(),
        submission instanceof Submission.UsageReport report
            ? Optional.of(report.toEpoch())
            : Optional.empty(),
        transaction.gasLimit(),
        transaction.signedAt(),
        transaction.signedBlock(),
        transaction.includedBlock(),
        transaction.closedAt(),
        transaction.landed(),
        transaction.feePaid(),
        transaction.error(),
        transaction.attempts().stream().map(attempt -> attempt(transaction, attempt)).toList(),
        items(transaction));
  }

  private static AttemptView attempt(LedgerTransaction transaction, Attempt attempt) {
    TxHash hash = attempt.signed().hash();
    boolean isInEffect =
        transaction.landed().map(hash::equals).orElse(attempt.equals(transaction.newest()));
    return new AttemptView(
        hash,
        isInEffect ? transaction.state().toString() : "replaced",
        attempt.fees().maxFeePerGas(),
        attempt.fees().maxPriorityFeePerGas(),
        attempt.signedAt(),
        attempt.broadcasts(),
        attempt.lastBroadcastAt());
  }

  private static List<ItemView> items(LedgerTransaction transaction) {
    return switch (transaction.submission()) {
      case Submission.UsageReport report ->
          report.rollups().stream()
              .map(
                  rollup ->
                      new ItemView(
                          rollup.dataSet(),
                          Optional.of(rollup.usage().cdnBytes()),
                          Optional.of(rollup.usage().cacheMissBytes()),
                          Optional.empty()))
              .toList();
      case Submission.RailSettlement settlement ->
          settlement.dataSets().stream()
              .map(
                  dataSet ->
                      new ItemView(
                          dataSet,
                          Optional.empty(),
                          Optional.empty(),
                          Optional.ofNullable(transaction.settled().get(dataSet))))
              .toList();
      case Submission.GapFill() -> List.of();
      case Submission.Termination(DataSetId dataSet) ->
          List.of(new ItemView(dataSet, Optional.empty(), Optional.empty(), Optional.empty()));
    };
  }
}
