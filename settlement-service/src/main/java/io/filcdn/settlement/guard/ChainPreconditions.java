package io.filcdn.settlement.guard;

import jakarta.inject.Singleton;

/**
 * The conditions for signing and sending anything: the chain is the right one and its contract
 * obeys our key. Where they hold, the prices are the chain's.
 */
@Singleton
public final class ChainPreconditions {

  private final ChainCheck chainCheck;
  private final PriceCheck priceCheck;

  ChainPreconditions(ChainCheck chainCheck, PriceCheck priceCheck) {
    this.chainCheck = chainCheck;
    this.priceCheck = priceCheck;
  }

  /**
   * Looks before anything new is signed, and until all is right.
   *
   * @param planning whether there is anything to be planned
   */
  public boolean hold(boolean planning) {
    if (!planning && chainCheck.fault().isEmpty()) {
      return true;
    }
    boolean right = chainCheck.passes();
    if (right) {
      priceCheck.look();
    }
    return right;
  }
}
