package io.filcdn.indexer.chain;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;

/** A block's header, as far as the index needs it. */
public record Block(BlockNumber number, BlockHash hash, BlockHash parent) {

  /** True where the block before it is {@code other}. */
  public boolean follows(BlockHash other) {
    return parent.equals(other);
  }
}
