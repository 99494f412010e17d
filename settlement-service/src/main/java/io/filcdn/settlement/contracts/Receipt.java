package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.TxHash;

/** That a block holds a transaction, and whether it went through. */
public record Receipt(TxHash hash, BlockNumber block, boolean succeeded) {}
