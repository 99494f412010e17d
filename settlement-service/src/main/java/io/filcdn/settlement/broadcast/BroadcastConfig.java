package io.filcdn.settlement.broadcast;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Sending transactions. */
public interface BroadcastConfig {

  /**
   * Transactions that may wait for a block before no more are signed; at most 10, which is what
   * Filecoin's nodes keep of one sender.
   */
  @WithDefault("4")
  int maxPending();

  /**
   * The time without a block after which the same bytes are sent again, also where the node claims
   * to know them. Bytes that it does not know go out again at once.
   */
  @WithDefault("5m")
  Duration resendAfter();

  /**
   * The time without a block after which an alarm is raised, and more is offered for gas, with the
   * same nonce, where it is that nonce which the chain waits for.
   */
  @WithDefault("20m")
  Duration stuckAfter();
}
