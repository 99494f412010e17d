package io.filcdn.settlement.contracts;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Calls to nodes. */
public interface RpcConfig {

  /** The time for an answer, before the next node is asked. */
  @WithDefault("20s")
  Duration timeout();

  /** Calls in one request. */
  @WithDefault("100")
  int batchSize();

  /** Requests under way at the same time. */
  @WithDefault("4")
  int parallel();

  /** Blocks that one query for events spans; gateways refuse wide ones. */
  @WithDefault("2000")
  int logBlocks();

  /**
   * The largest answer that is read; a longer one is a node's failure. Where events need more,
   * lower {@code log-blocks}.
   */
  @WithDefault("8M")
  MemorySize maxAnswer();
}
