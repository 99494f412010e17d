package io.filcdn.settlement.confirmation;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.Head;
import io.filcdn.settlement.ledger.Outbox;
import io.filcdn.settlement.ledger.Transactions;
import io.filcdn.settlement.model.Inclusion;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.TransactionId;
import io.filcdn.settlement.model.TransactionState;
import io.filcdn.settlement.setaside.SetAside;
import io.filcdn.settlement.setaside.SetAsides;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The tracker of open transactions, which follows them until they close, and tells what they did.
 */
@ApplicationScoped
public class Confirmation {

  private static final Logger LOG = Logger.getLogger(Confirmation.class);

  private final Transactions transactions;
  private final TransactionOutcomes outcomes;
  private final SetAsides setAsides;
  private final Outbox outbox;
  private final Alarms alarms;
  private final ConfirmationConfig config;
  private final Clock clock;

  /** Only read and written by the thread that walks. */
  private Set<TransactionId> untoldLastTime = Set.of();

  Confirmation(
      Transactions transactions,
      TransactionOutcomes outcomes,
      SetAsides setAsides,
      Outbox outbox,
      Alarms alarms,
      ConfirmationConfig config,
      Clock clock) {
    this.transactions = transactions;
    this.outcomes = outcomes;
    this.setAsides = setAsides;
    this.outbox = outbox;
    this.alarms = alarms;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Looks once at each open transaction. One of which no node tells what became of it stays open,
   * so that nothing of it is repeated, and the others go on.
   */
  public void follow(Head head) {
    Set<TransactionId> untold = new HashSet<>();
    for (LedgerTransaction transaction : transactions.open()) {
      TransactionOutcome outcome = outcomes.of(transaction, head);
      apply(transaction, outcome, head);
      if (outcome instanceof TransactionOutcome.Untold) {
        untold.add(transaction.id());
      }
    }
    untoldLastTime = untold;
  }

  private void apply(LedgerTransaction transaction, TransactionOutcome outcome, Head head) {
    switch (outcome) {
      case TransactionOutcome.Waiting() -> waiting(transaction);
      case TransactionOutcome.Hidden() -> hidden(transaction, head);
      case TransactionOutcome.Untold untold -> untold(transaction, untold);
      case TransactionOutcome.Included(BlockNumber block, boolean succeeded) ->
          transactions.included(transaction.id(), block, succeeded && isDeepEnough(block, head));
      case TransactionOutcome.Landed landed -> landed(transaction, landed);
      case TransactionOutcome.Idle(Inclusion inclusion, Set<DataSetId> unpaid) -> {
        setAside(transaction, unpaid);
        undone(
            transaction,
            TransactionState.REVERTED,
            Optional.of(inclusion),
            "it succeeded and moved nothing, though %s owe something".formatted(unpaid));
      }
      case TransactionOutcome.Failed(Inclusion inclusion, String reason) ->
          undone(transaction, TransactionState.REVERTED, Optional.of(inclusion), reason);
      case TransactionOutcome.Gone() ->
          undone(
              transaction,
              TransactionState.DROPPED,
              Optional.empty(),
              "its nonce is spent at final block %s by another transaction"
                  .formatted(head.finalised()));
      case TransactionOutcome.Contradiction(String message) ->
          alarms.raise(
              Alarm.CONTRADICTION,
              "transaction=%s nonce=%s %s"
                  .formatted(transaction.id(), transaction.nonce(), message));
    }
  }

  private void waiting(LedgerTransaction transaction) {
    if (transaction.state() == TransactionState.INCLUDED) {
      LOG.infof(
          "reorg took transaction=%s nonce=%s out of block %s",
          transaction.id(),
          transaction.nonce(),
          transaction.includedBlock().map(BlockNumber::toString).orElse("?"));
      transactions.backToBroadcast(transaction.id());
    }
  }

  private void hidden(LedgerTransaction transaction, Head head) {
    transaction
        .includedBlock()
        .filter(block -> isDeepEnough(block, head))
        .ifPresent(block -> transactions.included(transaction.id(), block, true));
  }

  /** An outcome that no node tells: once it is a bad moment of one; twice, someone has to look. */
  private void untold(LedgerTransaction transaction, TransactionOutcome.Untold untold) {
    if (untold.spent() && transaction.state().awaitsBlock()) {
      transactions.spent(transaction.id());
    }
    String line =
        "transaction=%s nonce=%s no node tells what became of it, it stays open: %s"
            .formatted(transaction.id(), transaction.nonce(), untold.message());
    if (untoldLastTime.contains(transaction.id())) {
      alarms.raise(Alarm.CONTRADICTION, line);
    } else {
      LOG.warn(line);
    }
  }

  private boolean isDeepEnough(BlockNumber block, Head head) {
    return head.depthOf(block) >= config.nextAfterBlocks();
  }

  /** What a settlement did not pay is not tried again at once, as it would do nothing once more. */
  private void setAside(LedgerTransaction transaction, Set<DataSetId> unpaid) {
    unpaid.forEach(
        dataSet ->
            setAsides.put(
                dataSet,
                transaction.submission().activity(),
                SetAside.Reason.SETTLED_NOTHING,
                "expected transaction %s to pay what is owed, found that it succeeded and moved nothing: the data set was deleted, or its rail has nothing left"
                    .formatted(transaction.newest().signed().hash())));
  }

  private void landed(LedgerTransaction transaction, TransactionOutcome.Landed landed) {
    Instant now = clock.instant();
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              transactions.finalised(transaction.id(), landed.inclusion(), landed.settled(), now);
              tell(transaction, landed, now);
            });
    setAside(transaction, landed.unpaid());
    LOG.infof(
        "final transaction=%s hash=%s activity=%s nonce=%s block=%s dataSets=%d",
        transaction.id(),
        landed.inclusion().hash(),
        transaction.submission().activity(),
        transaction.nonce(),
        landed.inclusion().block(),
        transaction.submission().size());
  }

  private void tell(LedgerTransaction transaction, TransactionOutcome.Landed landed, Instant now) {
    switch (transaction.submission()) {
      case Submission.UsageReport report ->
          report.rollups().stream()
              .map(
                  rollup ->
                      new SettlementRecord.Reported(
                          rollup.dataSet(),
                          now,
                          landed.inclusion().hash(),
                          report.toEpoch(),
                          rollup.usage().cdnBytes(),
                          rollup.usage().cacheMissBytes()))
              .forEach(outbox::add);
      case Submission.RailSettlement settlement ->
          landed
              .settled()
              .forEach(
                  (dataSet, amount) ->
                      outbox.add(
                          new SettlementRecord.Settled(
                              dataSet, now, landed.inclusion().hash(), settlement.rail(), amount)));
      case Submission.Termination(DataSetId dataSet) ->
          outbox.add(new SettlementRecord.Terminated(dataSet, now, landed.inclusion().hash()));
      case Submission.GapFill() -> {}
    }
  }

  private void undone(
      LedgerTransaction transaction,
      TransactionState state,
      Optional<Inclusion> inclusion,
      String reason) {
    transactions.undone(transaction.id(), state, inclusion, reason, clock.instant());
    alarms.raise(
        state == TransactionState.REVERTED ? Alarm.REVERTED : Alarm.DROPPED,
        "transaction=%s hash=%s activity=%s nonce=%s its data sets are due again: %s"
            .formatted(
                transaction.id(),
                transaction.newest().signed().hash(),
                transaction.submission().activity(),
                transaction.nonce(),
                reason));
  }
}
