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

  /** The network file: which chain, how long its epochs are, what bytes cost. */
  Path network();

  Metrics metrics();

  /** Keys of this service only. */
  interface Metrics {

    Intake intake();

    Publish publish();

    Quota quota();

    Leases leases();

    Edges edges();

    Accounts accounts();

    Wallets wallets();

    Pages pages();

    Credits credits();

    Series series();

    Webhooks webhooks();

    Repair repair();
  }

  /** Reading topics. */
  interface Intake {

    /**
     * Records of a batch: it ends with the first poll that reaches them, and has at most twice as
     * many.
     */
    @WithDefault("2000")
    int maxRecords();

    /**
     * Bytes of the values of a batch: it ends with the first poll that reaches them, and has at
     * most twice as many. A topic has two batches in memory while metrics is behind.
     */
    @WithDefault("8M")
    MemorySize maxBytes();

    /**
     * The time after which a batch ends. Without it, one epoch of the network, but 5 seconds at
     * most.
     */
    Optional<Duration> maxWait();

    /**
     * The time for which records that Kafka has acknowledged may stay unread, though all around
     * them was read, before they count as lost.
     */
    @WithDefault("1m")
    Duration lostAfter();

    /** The longest pause before a failed batch is read again. */
    @WithDefault("30s")
    Duration longestPause();

    /**
     * The most bytes, and requests, that one egress record can count; one with more is a dead
     * letter. 16 TiB: an edge that sends 100 Gbit/s needs 23 minutes for it.
     */
    @WithDefault("17592186044416")
    ByteCount mostPerRecord();
  }

  /** Telling other services. */
  interface Publish {

    /** Records sent at once. */
    @WithDefault("1000")
    int maxRecords();

    /** The time in which Kafka must acknowledge them. */
    @WithDefault("10s")
    Duration timeout();
  }

  /** Quota from top-ups. Amounts are in the token's smallest unit. */
  interface Quota {

    /** The price of 2⁴⁰ bytes of egress; without it, the one in the network file. */
    Optional<TokenAmount> cdnRatePerTib();

    /** The price of 2⁴⁰ bytes fetched from providers; without it, the one in the network file. */
    Optional<TokenAmount> cacheMissRatePerTib();

    /**
     * The part of a data set's top-ups that counts, per rail, while a reorganisation can take it
     * back. The default covers what FWSS locks up at creation, so that a new data set is served at
     * once.
     */
    @WithDefault("1000000000000000000")
    TokenAmount unfinalLimit();

    /**
     * Bytes of egress, and as many from providers, of a data set that has no rails to pay into:
     * those of the first pandora contract, which are never reported.
     */
    @WithDefault("107374182400")
    ByteCount allowanceWithoutRails();
  }

  /** Leasing quota to edges. */
  interface Leases {

    /**
     * {@code true} counts egress only where its journal has leased it. {@code false} is for edges
     * without {@code filcdn.retrieval.leases.url}: what they sign is billed, whatever it is.
     */
    @WithDefault("true")
    boolean required();

    /**
     * Bytes beyond what it holds that a journal may count of a quota it has leased. An honest edge
     * needs none, whatever crashes; only a database that can lose what it had committed makes
     * metrics forget what edges hold.
     */
    @WithDefault("0")
    ByteCount allowance();

    /** The time for which a lease lasts that its edge does not renew. */
    @WithDefault("60s")
    Duration timeToLive();

    /**
     * The time after its end for which a journal still holds its bytes, so that what it served can
     * come; then they are written off, with an entry in the audit.
     */
    @WithDefault("7d")
    Duration writeOffAfter();

    /**
     * The part of a quota's free bytes that an edge gets at once beyond what it needs, as 1 / this.
     */
    @WithDefault("4")
    long shareInAdvance();
  }

  /** The edges that there are. */
  interface Edges {
    /**
     * The file with the public keys of edges, read again when it changes; without it, nobody can
     * lease and no egress counts.
     */
    Optional<Path> list();
  }

  /** Sign-in of payers, and their keys. */
  interface Accounts {

    /**
     * The host, with its port where that is not the scheme's own, that asks wallets for signatures,
     * such as {@code stats.example.com}; without it, nobody can sign in.
     */
    Optional<String> domain();

    /** The time for which a nonce can be signed in with. */
    @WithDefault("5m")
    Duration nonceLifetime();

    /** The time for which a payer is signed in. */
    @WithDefault("1h")
    Duration sessionLifetime();

    /** Sessions of a payer; the oldest end where there are more. */
    @WithDefault("10")
    int sessionsPerPayer();

    /** Sign-ins of a payer in the lifetime of a nonce; more are refused. */
    @WithDefault("20")
    int signInsPerPayer();

    /**
     * Attempts to sign in of a client, an IPv4 address or an IPv6 /64, in a minute and process;
     * more are refused before their signatures are verified.
     */
    @WithDefault("30")
    int attemptsPerMinute();

    /** Keys of a payer, those included that ended and are still kept; more are refused. */
    @WithDefault("200")
    int keysPerPayer();

    /** The time for which keys are kept after they ended. */
    @WithDefault("30d")
    Duration keepEnded();
  }

  /** The signers for a payer beside his own key. */
  interface Wallets {

    /**
     * Whether the network file's nodes are asked where another key has signed: of policies, whether
     * it is a session key that the payer authorised; of policies and sign-ins, whether the payer is
     * a contract that knows the signature (EIP-1271).
     */
    @WithDefault("false")
    boolean askChain();

    /** The time for a node's answer. */
    @WithDefault("5s")
    Duration chainTimeout();
  }

  /** The pages for people. */
  interface Pages {

    /**
     * The URL of a piece with {@code {payer}} and {@code {pieceCid}} in it, such as {@code
     * https://{payer}.cdn.example/{pieceCid}}; without it, pages show no URLs of pieces.
     */
    Optional<String> pieceUrl();

    /**
     * The address of the settlement service, such as {@code http://settlement:8080}; without it,
     * its API is not passed on, and pages show nothing of it.
     */
    Optional<URI> settlementUrl();

    /** The address of the indexer; without it, pages show nothing of it. */
    Optional<URI> indexerUrl();

    /**
     * Whether operators may give settlement orders from pages: without it, who reaches metrics
     * reaches no call of settlement's that needs a token.
     */
    @WithDefault("false")
    boolean orders();
  }

  /** The credit server. */
  interface Credits {

    /** The longest time for which a reservation holds what nobody has committed. */
    @WithDefault("1d")
    Duration longestReservation();

    /**
     * The time for which a reservation is known after it was closed: an operation on it that comes
     * again within it is answered as before.
     */
    @WithDefault("30d")
    Duration keepClosed();

    /** The interval at which what payers store on chain is entered into the ledger. */
    @WithDefault("1h")
    Duration bookEvery();
  }

  /** The record of what was served when. */
  interface Series {

    /** The time for which hours are kept. */
    @WithDefault("8d")
    Duration keepHours();

    /** The time for which days are kept. */
    @WithDefault("1830d")
    Duration keepDays();
  }

  /** Calls that are made when a quota crosses a threshold. */
  interface Webhooks {

    /** The address that is called; without it, none is. */
    Optional<URI> url();

    /** The key that calls are signed with. A secret. */
    Optional<String> secret();

    /** The time for a whole answer, of at most 1 MiB. */
    @WithDefault("5s")
    Duration timeout();

    /** Attempts at a call before it is given up. */
    @WithDefault("12")
    int attempts();

    /** Calls that can wait; more are dropped. */
    @WithDefault("10000")
    int mostWaiting();
  }

  /** The means to count again. */
  interface Repair {

    /** The interval at which odometers are copied to a checkpoint. */
    @WithDefault("6h")
    Duration checkpointEvery();

    /** Checkpoints that are kept. */
    @WithDefault("8")
    int checkpoints();

    /** The time for which dead letters are kept in the database; Kafka has them too. */
    @WithDefault("365d")
    Duration keepDeadLetters();
  }
}
