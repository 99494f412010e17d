package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditPot;

/**
 * The amounts that an account has of a kind.
 *
 * @param available what can be reserved
 * @param held what reservations hold
 * @param used what was used, with what was paid on chain
 * @param paidOnChain the part of {@code used} that the index told of
 */
public record Balance(
    CreditAmount available, CreditAmount held, CreditAmount used, CreditAmount paidOnChain) {

  static final Balance ZERO =
      new Balance(CreditAmount.ZERO, CreditAmount.ZERO, CreditAmount.ZERO, CreditAmount.ZERO);

  /**
   * The balance after an amount went from one pot to another; pots that are no part of it count for
   * nothing.
   *
   * @throws IllegalArgumentException where there is less than that in the pot
   */
  Balance moved(CreditPot from, CreditPot to, CreditAmount amount) {
    return new Balance(
        moved(CreditPot.AVAILABLE, available, from, to, amount),
        moved(CreditPot.HELD, held, from, to, amount),
        moved(CreditPot.USED, used, from, to, amount),
        from == CreditPot.PAID_ON_CHAIN ? paidOnChain.plus(amount) : paidOnChain);
  }

  private static CreditAmount moved(
      CreditPot pot, CreditAmount has, CreditPot from, CreditPot to, CreditAmount amount) {
    CreditAmount left = pot == from ? has.minus(amount) : has;
    return pot == to ? left.plus(amount) : left;
  }
}
