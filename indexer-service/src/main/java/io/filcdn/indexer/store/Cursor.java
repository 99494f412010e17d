package io.filcdn.indexer.store;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import java.util.Optional;

/**
 * The place where the index stands.
 *
 * @param number the newest applied block
 * @param finalNumber the newest applied block that cannot change any more; empty while there is
 *     none
 */
public record Cursor(BlockNumber number, BlockHash hash, Optional<BlockNumber> finalNumber) {

  /** True where an event in {@code block} cannot change any more. */
  public boolean isFinal(BlockNumber block) {
    return finalNumber.map(last -> block.compareTo(last) <= 0).orElse(false);
  }

  /**
   * The newest block number that is final or {@code depth} blocks deep; below 0 while there is
   * none.
   */
  public long deepest(long depth) {
    return Math.max(number.value() - depth, finalNumber.map(BlockNumber::value).orElse(-1L));
  }
}
