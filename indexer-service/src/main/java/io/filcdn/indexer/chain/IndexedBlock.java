package io.filcdn.indexer.chain;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;

/** A block as it was read into the index, with what tells one reading of it from another. */
public record IndexedBlock(BlockNumber number, BlockHash hash, LogFingerprints logs) {}
