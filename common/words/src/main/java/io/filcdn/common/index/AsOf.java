package io.filcdn.common.index;

import io.filcdn.common.chain.BlockNumber;
import java.util.Objects;

/**
 * The moment at which an index record was true.
 *
 * @param block the newest block that the indexer had applied
 * @param version grows with every change of the index, over all keys; of two records of one key the
 *     higher version is the newer
 */
public record AsOf(BlockNumber block, long version) {

  public AsOf {
    Objects.requireNonNull(block, "asOf.block is missing");
  }
}
