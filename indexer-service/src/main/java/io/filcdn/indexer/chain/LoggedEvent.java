package io.filcdn.indexer.chain;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.TxHash;

/** An event where it stands on the chain. */
public record LoggedEvent(
    EventPosition position, BlockHash blockHash, TxHash txHash, ChainEvent event) {}
