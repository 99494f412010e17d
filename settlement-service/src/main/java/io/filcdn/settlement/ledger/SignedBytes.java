package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.TxHash;

/**
 * A transaction as nodes take it.
 *
 * @param raw {@code 0x} and the hex of the signed envelope
 */
public record SignedBytes(TxHash hash, String raw) {}
