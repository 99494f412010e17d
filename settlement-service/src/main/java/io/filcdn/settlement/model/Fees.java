package io.filcdn.settlement.model;

import io.filcdn.common.payment.TokenAmount;
import java.math.BigInteger;

/**
 * The price that a transaction pays for gas (EIP-1559), in the chain's own coin per unit of gas.
 *
 * @param maxFeePerGas at most this much in all
 * @param maxPriorityFeePerGas at most this much of it to whoever includes it
 */
public record Fees(TokenAmount maxFeePerGas, TokenAmount maxPriorityFeePerGas) {

  public Fees {
    if (maxPriorityFeePerGas.compareTo(maxFeePerGas) > 0) {
      throw new IllegalArgumentException(
          "expected a priority fee of at most the whole fee %s, found %s"
              .formatted(maxFeePerGas, maxPriorityFeePerGas));
    }
  }

  /** The most that a transaction with this gas limit can cost. */
  public TokenAmount atMost(Gas limit) {
    return new TokenAmount(maxFeePerGas.units().multiply(BigInteger.valueOf(limit.units())));
  }
}
