package io.filcdn.settlement.nonce;

import io.filcdn.common.chain.Address;
import io.filcdn.settlement.ledger.SignedTransactions;
import io.filcdn.settlement.model.Nonce;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/**
 * The source of nonces: each follows the last one that the ledger or the chain knows. It finds
 * those that are missing in between.
 */
@ApplicationScoped
public class Nonces {

  private final SignedTransactions transactions;
  private final NonceConfig config;

  Nonces(SignedTransactions transactions, NonceConfig config) {
    this.transactions = transactions;
    this.config = config;
  }

  /** The next nonce, or the reason why there is none. */
  public sealed interface Next {

    /** The next nonce. */
    record Free(Nonce nonce) implements Next {}

    /** No nonce until the chain has come closer: nodes refuse one that is so far ahead. */
    record TooFarAhead(String message) implements Next {}

    /**
     * No nonce: the chain does not know transactions that the ledger saw closed, so that a higher
     * nonce would wait for ever and a lower one could repeat what was done.
     */
    record ChainBehind(String message) implements Next {}
  }

  /**
   * The next nonce. Call it in the database transaction that stores the signed bytes, with signing
   * locked.
   *
   * @param onChain the next nonce by the chain's newest block
   */
  public Next next(Address sender, Nonce onChain) {
    Optional<Nonce> known = transactions.highestNonce(sender).map(Nonce::next);
    if (known.isEmpty() || known.get().compareTo(onChain) <= 0) {
      return new Next.Free(onChain);
    }
    if (transactions.anyOpen(sender)) {
      return gap(known.get(), onChain);
    }
    return new Next.ChainBehind(
        "expected the chain to know nonce %s of %s, found %s as its next one"
            .formatted(known.get().value() - 1, sender, onChain));
  }

  /**
   * The nonces that the chain waits for before it takes what is open, and with which the ledger
   * knows nothing to be signed; lowest first, and no more than nodes take at a time.
   *
   * @param onChain the next nonce by the chain's newest block
   */
  public List<Nonce> gaps(Address sender, Nonce onChain) {
    return transactions.missing(sender, onChain, config.maxGap());
  }

  private Next gap(Nonce nonce, Nonce onChain) {
    return nonce.value() - onChain.value() <= config.maxGap()
        ? new Next.Free(nonce)
        : new Next.TooFarAhead(
            "expected nonce %s to be at most %d ahead of the chain, found %s as its next one"
                .formatted(nonce, config.maxGap(), onChain));
  }
}
