package io.filcdn.indexer;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What can be set of the indexer, besides the network file that {@code filcdn.network} names. */
@ConfigMapping(prefix = "filcdn.indexer")
public interface IndexerConfig {

  Head head();

  Recheck recheck();

  Range range();

  Rpc rpc();

  Retry retry();

  Publish publish();

  Webhook webhook();

  Screening screening();

  /** Following the tip. */
  interface Head {
    /** How long to wait before looking for a new block, once the index has reached the head. */
    @WithDefault("5s")
    Duration poll();

    /** How many blocks the index may be behind the head before it is not ready. */
    @WithDefault("20")
    long maxLagBlocks();

    /** How long the head may stay the same before the index is not ready. */
    @WithDefault("15m")
    Duration maxAge();
  }

  /** Reading blocks once more, as nodes can leave logs out at the head. */
  interface Recheck {
    /** How often all blocks that can still change are read again. */
    @WithDefault("1m")
    Duration every();
  }

  /** How many blocks are read at once. */
  interface Range {
    /** Of blocks that are final. Halved when a node refuses, grown back when it answers. */
    @WithDefault("1000")
    long maxBlocks();

    /** Of blocks that can still change: each of their headers is read. */
    @WithDefault("60")
    long maxUnfinalBlocks();

    /** How many ranges of final blocks are read at the same time. */
    @WithDefault("4")
    int prefetch();
  }

  /** Calls to the network's JSON-RPC nodes. */
  interface Rpc {
    /** How long a call may take, before the next node is asked. */
    @WithDefault("20s")
    Duration timeout();

    /** The largest answer that is read; a range with more logs is halved. */
    @WithDefault("8M")
    MemorySize maxAnswer();
  }

  /** What happens after all nodes, the database, Kafka or a screener failed. */
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

  /** Hints from Goldsky pipelines. */
  interface Webhook {
    /** The header that holds the secret. */
    @WithDefault("X-Webhook-Secret")
    String header();

    /** The secret; without one all webhooks are refused. */
    Optional<String> secret();
  }

  /** Asking whether payers are sanctioned. Without a URL and a list nobody is screened. */
  interface Screening {
    /** A Chainalysis-style API, up to the address: {@code GET {url}/{address}}. */
    Optional<URI> url();

    /** The API's key, sent as {@code X-API-Key}. */
    Optional<String> apiKey();

    /** A file of sanctioned addresses, one a line; it is read again when it changes. */
    Optional<Path> list();

    /** When a payer is screened again. */
    @WithDefault("24h")
    Duration every();

    /** How long to wait before looking for new payers again. */
    @WithDefault("5s")
    Duration poll();

    /** How long the API may take for an answer. */
    @WithDefault("10s")
    Duration timeout();

    /** How many payers are taken up at a time. */
    @WithDefault("100")
    int batch();
  }
}
