package io.filcdn.settlement.nonce;

import io.filcdn.common.chain.Address;
import io.filcdn.settlement.alarm.Alarm;
import io.filcdn.settlement.alarm.Alarms;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.ledger.SignedTransactions;
import io.filcdn.settlement.model.Nonce;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;

/**
 * The watch for nonces that are missing in the ledger while later ones wait for them: a row was
 * lost after its bytes were sent, or someone else with the key sent what a reorg took away. What
 * two looks in a row find is a gap; what one finds can be a node that is a moment behind. For one
 * thread at a time.
 */
@ApplicationScoped
public class GapWatch {

  private final Nonces nonces;
  private final SignedTransactions transactions;
  private final Node node;
  private final Alarms alarms;

  private Set<Nonce> lastLook = Set.of();

  GapWatch(Nonces nonces, SignedTransactions transactions, Node node, Alarms alarms) {
    this.nonces = nonces;
    this.transactions = transactions;
    this.node = node;
    this.alarms = alarms;
  }

  /** Looks again, and raises an alarm for what is new; the answer is what was found before too. */
  public List<Nonce> look(Address sender) {
    if (!transactions.anyOpen(sender)) {
      lastLook = Set.of();
      return List.of();
    }
    Nonce onChain = node.nextNonce(sender);
    List<Nonce> gaps = nonces.gaps(sender, onChain);
    gaps.stream()
        .filter(gap -> !lastLook.contains(gap))
        .forEach(
            gap ->
                alarms.raise(
                    Alarm.NONCE_GAP,
                    "sender=%s nonce=%s expected the ledger to know it, as the chain waits for nonce %s and later ones are signed; found nothing: it is spent on an empty transaction"
                        .formatted(sender, gap, onChain)));
    List<Nonce> again = gaps.stream().filter(lastLook::contains).toList();
    lastLook = Set.copyOf(gaps);
    return again;
  }
}
