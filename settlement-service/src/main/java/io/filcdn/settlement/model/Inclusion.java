package io.filcdn.settlement.model;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.payment.TokenAmount;
import java.util.Optional;

/**
 * The place of a transaction in the chain.
 *
 * @param feePaid what it cost in the chain's own coin, where a receipt tells
 */
public record Inclusion(TxHash hash, BlockNumber block, Optional<TokenAmount> feePaid) {}
