package io.filcdn.settlement.ledger;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Chores of the ledger. */
public interface LedgerConfig {

  /**
   * The time for which a data set that the contract refused is left out before it is tried again.
   */
  @WithDefault("1h")
  Duration setAsideFor();

  /**
   * The time in which a data set of which more was counted than was paid for may heal by itself:
   * the index can be a moment behind the count. After that only an operator lets it be reported
   * again; while prices differ it is tried again as others are.
   */
  @WithDefault("2m")
  Duration grantsGrace();

  /** The interval at which ledger, odometers, index and chain are compared. */
  @WithDefault("1h")
  Duration reconcileEvery();
}
