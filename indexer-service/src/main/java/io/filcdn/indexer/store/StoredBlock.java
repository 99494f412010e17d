package io.filcdn.indexer.store;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;

/** A block as the index applied it. */
public record StoredBlock(BlockNumber number, BlockHash hash) {}
