package io.filcdn.retrieval;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.time.Duration;

/** The configuration of the retrieval service. */
@ConfigMapping(prefix = "filcdn")
public interface RetrievalConfig {

  /** The network file: which chain, which contracts. */
  Path network();

  /** The edge. */
  Edge retrieval();

  /** The edge. */
  interface Edge {

    /** The edge's name in records and logs. */
    @WithDefault("edge")
    @WithName("edge")
    String name();

    /** Where cache, index replica and journal lie. */
    @WithDefault("data")
    Path data();

    /** The public listener. */
    Http http();

    /** Who may be served. */
    Admission admission();

    /** The disk cache. */
    Cache cache();

    /** Fetching from providers. */
    Origin origin();

    /** Counting. */
    Usage usage();
  }

  /** The public listener. */
  interface Http {

    /** The address to listen on. */
    @WithDefault("0.0.0.0")
    String host();

    /** The port to listen on. */
    @WithDefault("8080")
    int port();

    /** What follows the payer in host names, with its leading dot. */
    @WithDefault(".localhost")
    String dnsRoot();

    /** How long a connection may rest. */
    @WithDefault("75s")
    Duration idleTimeout();

    /** How many bytes the headers of a request may have. */
    @WithDefault("16K")
    MemorySize maxHeaderSize();

    /**
     * Whether {@code /q/} on the public port shows health and metrics, except on payers' hosts.
     * Only for one's own machine.
     */
    @WithDefault("false")
    boolean exposeManagement();
  }

  /** Who may be served. */
  interface Admission {

    /**
     * How many epochs before its end a payment rail counts as ended, so that what is served can
     * still be reported and settled.
     */
    @WithDefault("2880")
    long settlementMarginEpochs();

    /**
     * How long this edge may be offline and still trust its index replica; less than compacted
     * topics keep tombstones ({@code delete.retention.ms}, 24 hours by default).
     */
    @WithDefault("20h")
    Duration maxOffline();
  }

  /** The disk cache. */
  interface Cache {

    /** How many bytes of pieces are kept. */
    @WithDefault("10G")
    MemorySize maxSize();

    /** How many fills write and hash at once. */
    @WithDefault("4")
    int workers();
  }

  /** Fetching from providers. */
  interface Origin {

    /** How long a connection may take. */
    @WithDefault("5s")
    Duration connectTimeout();

    /** How long the head of an answer may take. */
    @WithDefault("15s")
    Duration firstByteTimeout();

    /** How long a provider may send nothing. */
    @WithDefault("15s")
    Duration stallTimeout();

    /** How many connections to one provider at once. */
    @WithDefault("64")
    int connectionsPerProvider();
  }

  /** Counting. */
  interface Usage {

    /** How often counts go to the journal: what a crash can lose. */
    @WithDefault("1s")
    Duration flushInterval();

    /** How many unsent records the journal takes before no new response starts. */
    @WithDefault("100000")
    long maxJournalRecords();
  }
}
