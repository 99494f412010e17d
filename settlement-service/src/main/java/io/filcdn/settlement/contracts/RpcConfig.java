package io.filcdn.settlement.contracts;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How nodes are asked. */
public interface RpcConfig {

  /** How long a node may take to answer before the next one is asked. */
  @WithDefault("20s")
  Duration timeout();

  /** How many calls go to a node in one request. */
  @WithDefault("100")
  int batchSize();

  /** How many requests are under way at the same time, where there are many. */
  @WithDefault("4")
  int parallel();

  /** How many blocks one query for events spans; gateways refuse wide ones. */
  @WithDefault("2000")
  int logBlocks();

  /** The largest answer that is read; a longer one is a node's failure. */
  @WithDefault("8M")
  MemorySize maxAnswer();
}
