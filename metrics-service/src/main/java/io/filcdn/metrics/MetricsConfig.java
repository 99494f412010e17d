package io.filcdn.metrics;

import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** All that can be configured of the metrics service, besides where Kafka and Postgres are. */
@ConfigMapping(prefix = "filcdn")
public interface MetricsConfig {

  /** The file that describes the chain, like those in {@code deploy/networks}. */
  Path network();

  Metrics metrics();

  /** Keys of this service only. */
  interface Metrics {

    Intake intake();

    Publish publish();

    Quota quota();

    Leases leases();

    Edges edges();

    Series series();

    Webhooks webhooks();

    Repair repair();
  }

  /** How topics are read. */
  interface Intake {

    /** A batch ends when it has this many records; it is at most twice as long. */
    @WithDefault("2000")
    int maxRecords();

    /** A batch ends when its values have this size; it is at most twice as large. */
    @WithDefault("8M")
    MemorySize maxBytes();

    /**
     * A batch ends after this time. Without it after one epoch of the network, but 5 seconds at
     * most: a second on a devnet.
     */
    Optional<Duration> maxWait();

    /**
     * How long after an edge told that Kafka has its records they may stay unread, though all
     * around them was read; then they count as lost.
     */
    @WithDefault("1m")
    Duration lostAfter();

    /** The longest pause before a failed batch is read again. */
    @WithDefault("30s")
    Duration longestPause();

    /**
     * The most bytes that one egress record can count, and likewise requests; a record with more is
     * a dead letter. 16 TiB: an edge that sends 100 Gbit/s needs 23 minutes for it.
     */
    @WithDefault("17592186044416")
    ByteCount mostPerRecord();
  }

  /** How other services are told. */
  interface Publish {

    /** How many records are sent at once. */
    @WithDefault("1000")
    int maxRecords();

    /** How long Kafka may take to acknowledge them. */
    @WithDefault("10s")
    Duration timeout();
  }

  /** How top-ups become quota. Amounts are in the token's smallest unit. */
  interface Quota {

    /** The price of 2⁴⁰ bytes of egress; without it, the one in the network file. */
    Optional<TokenAmount> cdnRatePerTib();

    /** The price of 2⁴⁰ bytes fetched from providers; without it, the one in the network file. */
    Optional<TokenAmount> cacheMissRatePerTib();

    /**
     * How much of a data set's top-ups counts, per rail, while a reorg can still take it back. The
     * default covers what FWSS locks up at creation, so that a new data set is served at once.
     */
    @WithDefault("1000000000000000000")
    TokenAmount unfinalLimit();

    /**
     * How many bytes of egress, and how many from providers, a data set may have that has no rails
     * to pay into: those of the first pandora contract, which are never reported.
     */
    @WithDefault("107374182400")
    ByteCount allowanceWithoutRails();
  }

  /** How edges lease quota. */
  interface Leases {

    /**
     * Whether egress counts only where its journal has leased it. False is for edges that run
     * without {@code filcdn.retrieval.leases.url}: what they sign is billed, whatever it is.
     */
    @WithDefault("true")
    boolean required();

    /**
     * How many bytes beyond what it holds a journal may count of a quota that it has leased. An
     * honest edge needs none, whatever crashes; only a database whose failover can lose what it had
     * committed makes metrics forget what edges hold.
     */
    @WithDefault("0")
    ByteCount allowance();

    /** How long a lease lasts that its edge does not renew. */
    @WithDefault("60s")
    Duration timeToLive();

    /**
     * How long after its end what a journal holds stays held, so that what it served can still
     * come; then it is written off, with an entry in the audit.
     */
    @WithDefault("7d")
    Duration writeOffAfter();

    /** What part of a quota's free bytes an edge gets at once beyond what it needs, as 1 / this. */
    @WithDefault("4")
    long shareInAdvance();
  }

  /** Which edges there are. */
  interface Edges {
    /**
     * The file with the public keys of edges, which is read again when it changes; without it,
     * nobody can lease and no egress counts.
     */
    Optional<Path> list();
  }

  /** What is kept of what was served when. */
  interface Series {

    /** How long hours are kept. */
    @WithDefault("8d")
    Duration keepHours();

    /** How long days are kept. */
    @WithDefault("1830d")
    Duration keepDays();
  }

  /** Who is called when a quota crosses a threshold. */
  interface Webhooks {

    /** What is called; without it, nobody is. */
    Optional<URI> url();

    /** What calls are signed with. A secret. */
    Optional<String> secret();

    /** How long an answer may take. */
    @WithDefault("5s")
    Duration timeout();

    /** How often a call is made before it is given up. */
    @WithDefault("12")
    int attempts();

    /** How many calls can wait; more are dropped. */
    @WithDefault("10000")
    int mostWaiting();
  }

  /** What it takes to count again. */
  interface Repair {

    /** How often the odometers are copied to a checkpoint. */
    @WithDefault("6h")
    Duration checkpointEvery();

    /** How many checkpoints are kept. */
    @WithDefault("8")
    int checkpoints();

    /** How long dead letters are kept in the database; Kafka has them too. */
    @WithDefault("365d")
    Duration keepDeadLetters();
  }
}
