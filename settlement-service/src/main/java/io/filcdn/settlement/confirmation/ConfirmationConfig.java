package io.filcdn.settlement.confirmation;

import io.smallrye.config.WithDefault;

/** How transactions are followed. */
public interface ConfirmationConfig {

  /**
   * How many blocks must follow a transaction's block before its data sets' next items are signed.
   * Rows close only at a final block, whatever this is.
   */
  @WithDefault("2")
  int nextAfterBlocks();
}
