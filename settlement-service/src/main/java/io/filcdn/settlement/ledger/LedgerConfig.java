package io.filcdn.settlement.ledger;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What the ledger does by itself. */
public interface LedgerConfig {

  /** How long a data set that the contract refused is left out before it is tried again. */
  @WithDefault("PT1H")
  Duration setAsideFor();

  /** How often ledger, odometers, index and chain are compared. */
  @WithDefault("PT1H")
  Duration reconcileEvery();
}
