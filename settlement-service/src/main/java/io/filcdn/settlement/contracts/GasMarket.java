package io.filcdn.settlement.contracts;

import io.filcdn.common.payment.TokenAmount;

/**
 * The price of gas now, in the chain's own coin per unit.
 *
 * @param baseFee what a block takes at least, and burns
 * @param priorityFee what the node suggests for whoever includes a transaction
 */
public record GasMarket(TokenAmount baseFee, TokenAmount priorityFee) {}
