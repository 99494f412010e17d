package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.BlockNumber;

/**
 * The chain's newest block, and its newest final one.
 *
 * @param latest the newest block
 * @param finalised the newest block that cannot change any more
 */
public record Head(BlockNumber latest, BlockNumber finalised) {

  /** True where {@code block} cannot change any more. */
  public boolean isFinal(BlockNumber block) {
    return block.compareTo(finalised) <= 0;
  }

  /** The number of blocks that came after {@code block}. */
  public long depthOf(BlockNumber block) {
    return latest.value() - block.value();
  }
}
