package io.filcdn.settlement.signing;

import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.contracts.GasMarket;
import io.filcdn.settlement.model.Fees;
import jakarta.inject.Singleton;
import java.math.BigInteger;

/** The offer for gas: what the node says, and more the second time, within the caps. */
@Singleton
public final class FeePolicy {

  private static final BigInteger THREE = BigInteger.valueOf(3);
  private static final BigInteger FOUR = BigInteger.valueOf(4);
  private static final BigInteger FIVE = BigInteger.valueOf(5);

  private final FeeConfig config;

  FeePolicy(FeeConfig config) {
    this.config = config;
  }

  /** An offer, or why there is none. */
  public sealed interface Offer {

    /** These fees. */
    record Pays(Fees fees) implements Offer {}

    /** No offer, as what would be needed is above a cap. */
    record AboveCap(String message) implements Offer {}
  }

  /** The fees of a new transaction: they still suffice where the base fee doubles. */
  public Offer first(GasMarket market) {
    BigInteger cap = config.maxFeePerGas().units();
    if (market.baseFee().units().compareTo(cap) > 0) {
      return new Offer.AboveCap(
          "expected a base fee of at most fees.max-fee-per-gas %s, found %s: nothing is signed until it falls or the cap is raised"
              .formatted(cap, market.baseFee()));
    }
    BigInteger priority = priority(market);
    BigInteger fee = wanted(market, priority).min(cap);
    return new Offer.Pays(fees(fee, priority.min(fee)));
  }

  /**
   * The fees of other bytes for a transaction that waits: both at least 1.25 times those before and
   * 1 more, which is what Filecoin's nodes ask of a replacement.
   */
  public Offer replacement(Fees before, GasMarket market) {
    BigInteger priority = raised(before.maxPriorityFeePerGas().units()).max(priority(market));
    BigInteger least = raised(before.maxFeePerGas().units()).max(priority);
    BigInteger fee = least.max(wanted(market, priority)).min(config.maxFeePerGas().units());
    if (fee.compareTo(least) < 0 || priority.compareTo(config.maxPriorityFeePerGas().units()) > 0) {
      return new Offer.AboveCap(
          "expected a replacement of %s (%s of it priority) within fees.max-fee-per-gas %s and fees.max-priority-fee-per-gas %s: raise them, or wait for the base fee to fall"
              .formatted(least, priority, config.maxFeePerGas(), config.maxPriorityFeePerGas()));
    }
    return new Offer.Pays(fees(fee, priority));
  }

  private BigInteger priority(GasMarket market) {
    return market.priorityFee().units().min(config.maxPriorityFeePerGas().units());
  }

  private static BigInteger wanted(GasMarket market, BigInteger priority) {
    return market.baseFee().units().shiftLeft(1).add(priority);
  }

  /** ⌈1.25 × fee⌉ + 1 */
  private static BigInteger raised(BigInteger fee) {
    return fee.multiply(FIVE).add(THREE).divide(FOUR).add(BigInteger.ONE);
  }

  private static Fees fees(BigInteger fee, BigInteger priority) {
    return new Fees(new TokenAmount(fee), new TokenAmount(priority));
  }
}
