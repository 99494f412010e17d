package io.filcdn.settlement.batch;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;

/** How large a transaction may be. */
public interface BatchConfig {

  /** How many data sets one transaction holds. Some 670 rollups fit one message of Filecoin. */
  @WithDefault("200")
  int maxDataSets();

  /** How large a message may be; Filecoin takes 64 KiB. */
  @WithDefault("64K")
  MemorySize maxMessage();

  /** How much gas one transaction may be allowed; a block of Filecoin has 10^10. */
  @WithDefault("5000000000")
  long maxGas();

  /**
   * How much more gas than estimated a transaction is allowed, as state can change before it runs.
   */
  @WithDefault("25")
  int gasHeadroomPercent();

  /**
   * How much more gas it takes to write to a storage slot that is empty. The EVM asks for 22,100
   * instead of 5,000; Filecoin's VM for one more block of some 100 bytes at most: 172,000 and
   * 334,000 for the block, 3,340 a byte.
   */
  @WithDefault("850000")
  long emptySlotGas();
}
