package io.filcdn.settlement.ledger;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What the ledger does by itself. */
public interface LedgerConfig {

  /** How long a data set that the contract refused is left out before it is tried again. */
  @WithDefault("1h")
  Duration setAsideFor();

  /**
   * How long a data set of which more was counted than was paid for may heal by itself: the index
   * can be a moment behind the count. After that only an operator lets it be reported again.
   */
  @WithDefault("2m")
  Duration grantsGrace();

  /** How often ledger, odometers, index and chain are compared. */
  @WithDefault("1h")
  Duration reconcileEvery();
}
