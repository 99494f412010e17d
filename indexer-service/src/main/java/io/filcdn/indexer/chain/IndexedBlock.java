package io.filcdn.indexer.chain;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;

/** A block as it was read into the index, with what tells one reading of it from another. */
public record IndexedBlock(BlockNumber number, BlockHash hash, LogFingerprints logs) {

  /** True where both are the same block of the chain, whatever logs were read in it. */
  public boolean isSameBlockAs(IndexedBlock other) {
    return number.equals(other.number) && hash.equals(other.hash);
  }
}
