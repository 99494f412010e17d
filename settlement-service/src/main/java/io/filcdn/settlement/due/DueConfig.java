package io.filcdn.settlement.due;

import io.smallrye.config.WithDefault;

/** What counts as due. */
public interface DueConfig {

  /**
   * A rail that ends within this many blocks is settled in a transaction of its own: should it end
   * before that is in a block, only that one fails.
   */
  @WithDefault("20")
  int railEndMarginBlocks();
}
