package io.filcdn.settlement.batch;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;

/** Bounds on a transaction. */
public interface BatchConfig {

  /**
   * Data sets in one transaction; fewer where the message or the gas would be too large. Some 670
   * rollups fit one message of Filecoin.
   */
  @WithDefault("400")
  int maxDataSets();

  /** The largest message; Filecoin takes 64 KiB. */
  @WithDefault("64K")
  MemorySize maxMessage();

  /** The most gas of one transaction; a block of Filecoin has 10^10. */
  @WithDefault("5000000000")
  long maxGas();

  /** The gas that is allowed above the estimate, as state can change before a transaction runs. */
  @WithDefault("25")
  int gasHeadroomPercent();

  /**
   * The gas that is allowed besides for each storage slot that another transaction may empty
   * before. The EVM asks for 22,100 instead of 5,000 to write to an empty slot; Filecoin's VM for
   * one more block of some 100 bytes at most: 172,000 and 334,000 for the block, 3,340 a byte.
   */
  @WithDefault("850000")
  long emptySlotGas();
}
