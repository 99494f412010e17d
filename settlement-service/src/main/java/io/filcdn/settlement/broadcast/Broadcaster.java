package io.filcdn.settlement.broadcast;

import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.contracts.SendResult;
import io.filcdn.settlement.ledger.Transactions;
import io.filcdn.settlement.model.Attempt;
import io.filcdn.settlement.model.LedgerTransaction;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.TransactionState;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * The sender of stored bytes: those that no node has yet, whichever process stored them, and those
 * again that a node forgot or no block has taken for long.
 */
@ApplicationScoped
public class Broadcaster {

  private static final Logger LOG = Logger.getLogger(Broadcaster.class);

  private static final AttributeKey<String> HASH = AttributeKey.stringKey("transaction.hash");

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
    send(transaction -> isToBeSent(transaction, now), now);
  }

  /** The same, and what the node does not know any more, wherever it was lost. */
  public void catchUp() {
    Instant now = clock.instant();
    send(transaction -> isToBeSent(transaction, now) || isForgotten(transaction), now);
  }

  private void send(Predicate<LedgerTransaction> which, Instant now) {
    for (LedgerTransaction transaction : transactions.waiting()) {
      if (which.test(transaction)) {
        send(transaction, now);
      }
    }
  }

  /** True where one more transaction may be signed without too many waiting for a block. */
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

  /**
   * True where a node took the newest bytes and now knows nothing of them, while no block spent
   * their nonce. A node that errs in that gets bytes that it has.
   */
  private boolean isForgotten(LedgerTransaction transaction) {
    Attempt newest = transaction.newest();
    if (transaction.state() != TransactionState.BROADCAST
        || newest.broadcasts() == 0
        || node.mayKnow(newest.signed().hash())
        || node.nextNonce(transaction.sender()).compareTo(transaction.nonce()) > 0) {
      return false;
    }
    LOG.infof(
        "forgotten transaction=%s hash=%s nonce=%s: the node does not know it, it is sent again",
        transaction.id(), newest.signed().hash(), transaction.nonce());
    return true;
  }

  private void send(LedgerTransaction transaction, Instant now) {
    Attempt attempt = transaction.newest();
    switch (node.send(attempt.signed().raw())) {
      // a spent nonce is most often these bytes in a block already: confirmation will tell
      case SendResult.Taken(), SendResult.NonceSpent() -> {
        transactions.sent(attempt.signed().hash(), now);
        Span.current().addEvent("sent", Attributes.of(HASH, attempt.signed().hash().toString()));
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
   * there is one: those behind it wait for it, not for more gas money. Whatever waits too long, for
   * whatever reason, raises an alarm.
   */
  public Optional<LedgerTransaction> stuck() {
    Instant now = clock.instant();
    List<LedgerTransaction> waiting = transactions.waiting();
    List<LedgerTransaction> late =
        waiting.stream().filter(transaction -> isLate(transaction.signedAt(), now)).toList();
    if (late.isEmpty()) {
      return Optional.empty();
    }
    Nonce onChain = node.nextNonce(late.getFirst().sender());
    alarm(late, onChain);
    return waiting.stream()
        .findFirst()
        .filter(first -> isLate(first.newest().signedAt(), now))
        .filter(first -> first.nonce().equals(onChain));
  }

  /** A time to come is of a clock that was ahead: it may be long ago. */
  private boolean isLate(Instant signedAt, Instant now) {
    return !signedAt.isAfter(now.minus(config.stuckAfter()))
        || signedAt.isAfter(now.plus(config.stuckAfter()));
  }

  private void alarm(List<LedgerTransaction> late, Nonce onChain) {
    LedgerTransaction first = late.getFirst();
    alarms.raise(
        Alarm.STUCK,
        "transaction=%s hash=%s nonce=%s expected to be in a block within %s, found it waiting since %s, as %d in all do, and the chain at nonce %s"
            .formatted(
                first.id(),
                first.newest().signed().hash(),
                first.nonce(),
                config.stuckAfter(),
                first.signedAt(),
                late.size(),
                onChain));
  }
}
