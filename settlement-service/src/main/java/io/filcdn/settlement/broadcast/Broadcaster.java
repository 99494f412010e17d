package io.filcdn.settlement.broadcast;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.SendResult;
import io.filcdn.settlement.ledger.Attempt;
import io.filcdn.settlement.ledger.LedgerTransaction;
import io.filcdn.settlement.ledger.TransactionState;
import io.filcdn.settlement.ledger.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Sends stored bytes: those that no node has yet, whichever process stored them, and those again
 * that no block has taken for long.
 */
@ApplicationScoped
public class Broadcaster {

  private static final Logger LOG = Logger.getLogger(Broadcaster.class);

  private final Transactions transactions;
  private final Node node;
  private final Alarms alarms;
  private final BroadcastConfig config;
  private final Clock clock;

  Broadcaster(
      Transactions transactions, Node node, Alarms alarms, BroadcastConfig config, Clock clock) {
    this.transactions = transactions;
    this.node = node;
    this.alarms = alarms;
    this.config = config;
    this.clock = clock;
  }

  /** Sends all that has to be sent now, in the order of the nonces. */
  public void sendStored() {
    Instant now = clock.instant();
    for (LedgerTransaction transaction : transactions.open()) {
      if (isToBeSent(transaction, now)) {
        send(transaction, now);
      }
    }
  }

  /** Whether one more transaction may be signed without too many waiting for a block. */
  public boolean hasRoom() {
    return transactions.count(TransactionState.SIGNED)
            + transactions.count(TransactionState.BROADCAST)
        < config.maxPending();
  }

  private boolean isToBeSent(LedgerTransaction transaction, Instant now) {
    return switch (transaction.state()) {
      case SIGNED -> true;
      case BROADCAST ->
          transaction
              .newest()
              .lastBroadcastAt()
              .map(last -> !last.plus(config.resendAfter()).isAfter(now))
              .orElse(true);
      case INCLUDED, FINAL, REVERTED, DROPPED -> false;
    };
  }

  private void send(LedgerTransaction transaction, Instant now) {
    Attempt attempt = transaction.newest();
    switch (node.send(attempt.signed().raw())) {
      // a spent nonce is most often these bytes in a block already: confirmation will tell
      case SendResult.Taken(), SendResult.NonceSpent() -> {
        transactions.sent(attempt.signed().hash(), now);
        LOG.infof(
            "sent transaction=%s hash=%s activity=%s nonce=%s dataSets=%d time=%d",
            transaction.id(),
            attempt.signed().hash(),
            transaction.submission().activity(),
            transaction.nonce(),
            transaction.submission().size(),
            attempt.broadcasts() + 1);
      }
      case SendResult.Refused(String message) -> {
        transactions.refused(attempt.signed().hash(), message, now);
        alarms.raise(
            Alarm.SEND_REFUSED,
            "transaction=%s hash=%s nonce=%s expected a node to take it, found: %s"
                .formatted(
                    transaction.id(), attempt.signed().hash(), transaction.nonce(), message));
      }
    }
  }

  /**
   * The transaction that has waited too long for a block while the chain asks for its nonce, if
   * there is one: those behind it wait for it, not for more gas money.
   */
  public Optional<LedgerTransaction> stuck() {
    Instant before = clock.instant().minus(config.stuckAfter());
    return transactions.open().stream()
        .filter(transaction -> transaction.state().awaitsBlock())
        .min(Comparator.comparing(LedgerTransaction::nonce))
        .filter(first -> !first.newest().signedAt().isAfter(before))
        .filter(first -> node.nextNonce(first.sender()).equals(first.nonce()))
        .map(this::alarmed);
  }

  private LedgerTransaction alarmed(LedgerTransaction stuck) {
    alarms.raise(
        Alarm.STUCK,
        "transaction=%s hash=%s nonce=%s expected to be in a block within %s, found it waiting since %s"
            .formatted(
                stuck.id(),
                stuck.newest().signed().hash(),
                stuck.nonce(),
                config.stuckAfter(),
                stuck.newest().signedAt()));
    return stuck;
  }
}
