package io.filcdn.settlement.guard;

import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.contracts.Node;
import io.filcdn.settlement.ledger.SignedTransactions;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.signing.FeePolicy;
import io.filcdn.settlement.signing.OperatorKey;
import jakarta.inject.Singleton;
import java.util.Optional;

/** The money for gas: the fees to offer by the market now, and the operator's balance. */
@Singleton
final class GasBudget {

  private final Node node;
  private final FeePolicy feePolicy;
  private final SignedTransactions ledger;
  private final OperatorKey key;

  GasBudget(Node node, FeePolicy feePolicy, SignedTransactions ledger, OperatorKey key) {
    this.node = node;
    this.feePolicy = feePolicy;
    this.ledger = ledger;
    this.key = key;
  }

  /** The fees of a new transaction. */
  FeePolicy.Offer first() {
    return feePolicy.first(node.gasMarket());
  }

  /** The fees of a transaction that takes the place of one with {@code fees}. */
  FeePolicy.Offer replacement(Fees fees) {
    return feePolicy.replacement(fees, node.gasMarket());
  }

  /**
   * The reason why the balance does not pay for {@code more} besides what waits for a block; empty
   * where it does.
   */
  Optional<String> shortage(TokenAmount more) {
    TokenAmount balance = node.balance(key.address());
    TokenAmount needed = ledger.reserved(key.address()).plus(more);
    return balance.compareTo(needed) < 0
        ? Optional.of(
            "expected %s to have %s for gas (what waits for a block included), found %s: send it FIL"
                .formatted(key.address(), needed, balance))
        : Optional.empty();
  }
}
