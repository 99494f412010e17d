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

  /**
   * After how long without a block the same bytes are sent again, also where the node claims to
   * know them. Bytes that it does not know go out again at once.
   */
  @WithDefault("5m")
  Duration resendAfter();

  /**
   * After how long without a block an alarm is raised, and more is offered for gas, with the same
   * nonce, where it is that nonce which the chain waits for.
   */
  @WithDefault("20m")
  Duration stuckAfter();
}
