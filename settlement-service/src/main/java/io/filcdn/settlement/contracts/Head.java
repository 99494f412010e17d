package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.BlockNumber;

/**
 * How far the chain has come.
 *
 * @param latest the newest block
 * @param finalised the newest block that cannot change any more
 */
public record Head(BlockNumber latest, BlockNumber finalised) {

  /** Whether {@code block} cannot change any more. */
  public boolean isFinal(BlockNumber block) {
    return block.compareTo(finalised) <= 0;
  }

  /** How many blocks came after {@code block}. */
  public long depthOf(BlockNumber block) {
    return latest.value() - block.value();
  }
}
