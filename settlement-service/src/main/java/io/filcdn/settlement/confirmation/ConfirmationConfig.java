package io.filcdn.settlement.confirmation;

import io.smallrye.config.WithDefault;

/** Following transactions. */
public interface ConfirmationConfig {

  /**
   * Blocks that must follow a transaction's block before its data sets' next items are signed. Rows
   * close only at a final block, whatever this is.
   */
  @WithDefault("2")
  int nextAfterBlocks();
}
