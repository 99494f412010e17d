package io.filcdn.settlement.signing;

import io.filcdn.common.payment.TokenAmount;
import io.smallrye.config.WithDefault;

/** The price of gas, in the chain's smallest coin (attoFIL) per unit. */
public interface FeeConfig {

  /** The most that a transaction offers in all; also the ceiling of replacements. */
  @WithDefault("10000000000")
  TokenAmount maxFeePerGas();

  /** The most of it for whoever includes the transaction. */
  @WithDefault("5000000000")
  TokenAmount maxPriorityFeePerGas();
}
