package io.filcdn.settlement.broadcast;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How transactions are sent. */
public interface BroadcastConfig {

  /**
   * How many transactions may wait for a block before no more are signed. Filecoin's nodes take a
   * gap of 4 nonces.
   */
  @WithDefault("4")
  int maxPending();

  /** After how long without a block the same bytes are sent again. */
  @WithDefault("PT5M")
  Duration resendAfter();

  /** After how long without a block someone should look. */
  @WithDefault("PT20M")
  Duration stuckAfter();
}
