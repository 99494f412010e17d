package io.filcdn.indexer;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The settings of the indexer, besides the network file that {@code filcdn.network} names. */
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
    /** The wait before looking for a new block, once the index has reached the head. */
    @WithDefault("5s")
    Duration poll();

    /** Blocks behind the head at which the index is not ready. */
    @WithDefault("20")
    long maxLagBlocks();

    /** The time for which the head may stay the same before the index is not ready. */
    @WithDefault("15m")
    Duration maxAge();
  }

  /** Reading blocks once more, as nodes can leave logs out at the head. */
  interface Recheck {
    /** The interval at which all blocks that can still change are read again. */
    @WithDefault("1m")
    Duration every();
  }

  /** Blocks that are read at once. */
  interface Range {
    /**
     * The longest range of final blocks. It is halved when a node refuses, and grows back when it
     * answers.
     */
    @WithDefault("1000")
    long maxBlocks();

    /** The longest range of blocks that can still change: each of their headers is read. */
    @WithDefault("60")
    long maxUnfinalBlocks();

    /** Ranges of final blocks that are read at the same time. */
    @WithDefault("4")
    int prefetch();
  }

  /** Calls to the network's JSON-RPC nodes. */
  interface Rpc {
    /** The time for a call, before the next node is asked. */
    @WithDefault("20s")
    Duration timeout();

    /** The largest answer that is read; a range with more logs is halved. */
    @WithDefault("8M")
    MemorySize maxAnswer();
  }

  /** Waits after all nodes, the database, Kafka or a screener failed. */
  interface Retry {
    /** The wait after the first failure; each further one doubles it. */
    @WithDefault("500ms")
    Duration first();

    /** The longest wait. */
    @WithDefault("30s")
    Duration longest();
  }

  /** Publishing the outbox to Kafka. */
  interface Publish {
    /** Records in flight at most. */
    @WithDefault("500")
    int batch();

    /** The wait before looking into an empty outbox again. */
    @WithDefault("200ms")
    Duration poll();

    /** The time in which Kafka must acknowledge a record, before the batch is sent again. */
    @WithDefault("30s")
    Duration timeout();
  }

  /** Hints from Goldsky pipelines. */
  interface Webhook {
    /** The header that holds the secret. */
    @WithDefault("X-Webhook-Secret")
    String header();

    /** The value of that header; without one all webhooks are refused. A secret. */
    Optional<String> secret();
  }

  /**
   * Sanctions screening of payers. Without a URL and a list nobody is screened; {@code
   * filcdn.retrieval.admission.serve-unscreened} says whether edges serve payers that nobody has
   * screened.
   */
  interface Screening {
    /** A Chainalysis-style API, up to the address: {@code GET {url}/{address}}. */
    Optional<URI> url();

    /** The API's key, sent as {@code X-API-Key}. A secret. */
    Optional<String> apiKey();

    /** A file of sanctioned addresses, one a line; it is read again when it changes. */
    Optional<Path> list();

    /** The interval at which a payer is screened again. */
    @WithDefault("24h")
    Duration every();

    /** The wait before looking for new payers again. */
    @WithDefault("5s")
    Duration poll();

    /** The time for the API's answer. */
    @WithDefault("10s")
    Duration timeout();

    /** Payers that are taken up at a time. */
    @WithDefault("100")
    int batch();
  }
}
