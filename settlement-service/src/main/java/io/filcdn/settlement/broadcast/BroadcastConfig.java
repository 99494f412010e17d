package io.filcdn.settlement.broadcast;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How transactions are sent. */
public interface BroadcastConfig {

  /**
   * How many transactions may wait for a block before no more are signed; at most 10, which is what
   * Filecoin's nodes keep of one sender.
   */
  @WithDefault("4")
  int maxPending();

  /** After how long without a block the same bytes are sent again. */
  @WithDefault("PT5M")
  Duration resendAfter();

  /** After how long without a block more is offered for gas, with the same nonce. */
  @WithDefault("PT20M")
  Duration stuckAfter();
}
