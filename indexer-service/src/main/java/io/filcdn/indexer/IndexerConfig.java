package io.filcdn.indexer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What can be set of the indexer, besides the network file that {@code filcdn.network} names. */
@ConfigMapping(prefix = "filcdn.indexer")
public interface IndexerConfig {

  Head head();

  Range range();

  Rpc rpc();

  Retry retry();

  Publish publish();

  /** Following the tip. */
  interface Head {
    /** How long to wait before looking for a new block, once the index has reached the head. */
    @WithDefault("5s")
    Duration poll();
  }

  /** How many blocks are read at once. */
  interface Range {
    /** Of blocks that are final. Halved when a node refuses, grown back when it answers. */
    @WithDefault("1000")
    long maxBlocks();

    /** Of blocks that can still change: each of their headers is read. */
    @WithDefault("60")
    long maxUnfinalBlocks();
  }

  /** Calls to the network's JSON-RPC nodes. */
  interface Rpc {
    /** How long a call may take, before the next node is asked. */
    @WithDefault("20s")
    Duration timeout();
  }

  /** What happens after all nodes, the database or Kafka failed. */
  interface Retry {
    /** How long to wait after the first failure; each further one doubles it. */
    @WithDefault("500ms")
    Duration first();

    /** The longest wait. */
    @WithDefault("30s")
    Duration longest();
  }

  /** Publishing the outbox to Kafka. */
  interface Publish {
    /** How many records are in flight at most. */
    @WithDefault("500")
    int batch();

    /** How long to wait before looking into an empty outbox again. */
    @WithDefault("200ms")
    Duration poll();

    /** How long Kafka may take to acknowledge a record, before the batch is sent again. */
    @WithDefault("30s")
    Duration timeout();
  }
}
