package io.filcdn.retrieval;

import io.filcdn.retrieval.server.AccessLogFormat;
import io.filcdn.retrieval.tls.TlsEngine;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The configuration of the retrieval service. */
@ConfigMapping(prefix = "filcdn")
public interface RetrievalConfig {

  /** The network file: which chain, which contracts. */
  Path network();

  /** The edge. */
  Edge retrieval();

  /** The edge. */
  interface Edge {

    /** The edge's name in records and logs, by which metrics knows its key. */
    @WithDefault("edge")
    @WithName("edge")
    String name();

    /** The folder of cache, index replica, denylist and journal. */
    @WithDefault("data")
    Path data();

    /**
     * Bytes of the data folder's disk that are kept for an edge that starts when it is full: they
     * let it open its journal and count. 0: none are.
     */
    @WithDefault("64M")
    MemorySize diskReserve();

    /** The public listener. */
    Http http();

    /** Who may be served. */
    Admission admission();

    /** What one client may take. */
    Limits limits();

    /** The token of a bot, whose bytes are billed to nobody. A secret. */
    Map<String, String> bots();

    /** What may be sent of a piece before it is verified. */
    Unverified unverified();

    /** The cache. */
    Cache cache();

    /** Fetching from providers. */
    Origin origin();

    /** Counting. */
    Usage usage();

    /** The log of requests. */
    AccessLog accessLog();

    /** Who this edge is to metrics. */
    Identity identity();

    /** The wallet that this edge has towards providers of gated data sets. */
    Grantee grantee();

    /** Where this edge is. */
    Location location();

    /** What may be spent of what data sets have paid for. */
    Leases leases();
  }

  /** The public listener. */
  interface Http {

    /** The address to listen on. */
    @WithDefault("0.0.0.0")
    String host();

    /** The port for cleartext. */
    @WithDefault("8080")
    int port();

    /** TLS, where a certificate is set. */
    Tls tls();

    /**
     * The part of host names that follows the payer, with its leading dot; several, separated by
     * commas, where the edge has several domains. The first is the one that URLs are written with.
     */
    @WithDefault(".localhost")
    List<String> dnsRoot();

    /**
     * Hosts, beside the roots themselves and IP addresses, on which the payer is in the path:
     * {@code /{payer}/{pieceCid}}.
     */
    Optional<Set<String>> pathHosts();

    /** The address to which {@code /} leads; without it, it shows a short page. */
    Optional<URI> home();

    /**
     * The time in which nothing may move on a connection on which no response waits for a provider;
     * on one of HTTP/2, the time without a request.
     */
    @WithDefault("75s")
    Duration idleTimeout();

    /**
     * The time for the head of a request: of the first one from the connection's begin on, with TLS
     * and HTTP/2's preface.
     */
    @WithDefault("20s")
    Duration headTimeout();

    /** The time for the body of a request that may have one, which is a tree. */
    @WithDefault("20s")
    Duration bodyTimeout();

    /**
     * Bytes that the kernel may hold for a client and cannot send yet. They count as delivered,
     * also where the client leaves before it gets them. Linux only.
     */
    @WithDefault("128K")
    MemorySize maxUnsent();

    /** Bytes of a request's headers. */
    @WithDefault("16K")
    MemorySize maxHeaderSize();

    /**
     * Networks (CIDR) of proxies in front of the edge. Only they are believed what they forward of
     * a client's address and country.
     */
    Optional<List<String>> proxies();

    /** The header in which those proxies tell the client's country. */
    Optional<String> countryHeader();

    /** The time that responses under way have when the edge is told to stop. */
    @WithDefault("30s")
    Duration drainTimeout();

    /**
     * {@code true} shows {@code /q/health} and {@code /q/metrics} on the public port too; for one's
     * own machine only.
     */
    @WithDefault("false")
    boolean exposeManagement();
  }

  /** TLS on the public listener, where a certificate is set. */
  interface Tls {

    /** The port. */
    @WithDefault("8443")
    int port();

    /** The certificate chain (PEM). */
    Optional<Path> certificate();

    /** Its private key (PEM). A secret. */
    Optional<Path> key();

    /**
     * The implementation of TLS: {@code boringssl}, for which {@code java} stands in on machines
     * that it is not there for, or {@code java}.
     */
    @WithDefault("boringssl")
    TlsEngine engine();

    /**
     * The file with the secrets from which the keys of session tickets are derived: one a line, of
     * 32 bytes or more in base64. The first is for new tickets; those after it, of which there may
     * be three, are for tickets that clients still have. Edges with the same file resume each
     * other's sessions; without one, an edge resumes its own. Only {@code boringssl} uses it. A
     * secret.
     */
    Optional<Path> ticketSecrets();

    /**
     * The time after which the keys of session tickets change. A session can be resumed for at
     * least as long, and for at most twice as long.
     */
    @WithDefault("12h")
    Duration ticketRotation();

    /**
     * The value of {@code Strict-Transport-Security} in answers over TLS, such as {@code
     * max-age=31536000}; without it, they have none.
     */
    Optional<String> strictTransportSecurity();
  }

  /** Rules of who may be served. */
  interface Admission {

    /**
     * Epochs before its end at which a rail counts as ended, so that what is served can still be
     * reported and settled.
     */
    @WithDefault("2880")
    long settlementMarginEpochs();

    /** The largest piece that is served. */
    @WithDefault("32G")
    MemorySize maxPieceSize();

    /** {@code true} serves payers that no sanctions screening has looked at yet. */
    @WithDefault("true")
    boolean serveUnscreened();

    /**
     * The longest time offline after which the edge still trusts its index replica; less than
     * compacted topics keep tombstones ({@code delete.retention.ms}, 24 hours by default).
     */
    @WithDefault("20h")
    Duration maxOffline();

    /** What is not served. */
    Denylist denylist();
  }

  /** Hashes of pieces that are not served, in the Bad Bits format. */
  interface Denylist {

    /** The address of a list. */
    Optional<URI> url();

    /** A list of the operator's own. */
    Optional<Path> file();

    /**
     * The interval at which the URL is asked, and the cache rid of what may not stay. The file is
     * looked at every ten seconds, as is a URL of which no list was ever had.
     */
    @WithDefault("5m")
    Duration refresh();

    /** The time for the URL's answer, to its last byte. */
    @WithDefault("2m")
    Duration timeout();

    /** The largest list that is fetched. */
    @WithDefault("256M")
    MemorySize maxSize();

    /**
     * {@code true}: the edge is ready only once it has had each list that is configured; one that
     * is kept from an earlier run counts.
     */
    @WithDefault("true")
    boolean required();
  }

  /**
   * Bounds on what one client may take. A client is an IPv4 address or the /64 of an IPv6 one, as
   * the proxies tell it where they are trusted. Each limit of a client holds for its networks too,
   * with the bound that {@code wider-factor} gives.
   */
  interface Limits {

    /** Connections at once, over all clients; beyond, they are closed as they come. */
    @WithDefault("20000")
    int connections();

    /** Connections of these that are kept for networks (IPv4 /24, IPv6 /48) that have none yet. */
    @WithDefault("2000")
    int connectionsReserved();

    /**
     * Connections at once of a client, as its address tells; those of {@code
     * filcdn.retrieval.http.proxies} count in all only.
     */
    @WithDefault("1024")
    int connectionsPerClient();

    /**
     * The factor by which a network may take more than one client: an IPv6 /56 so many times, an
     * IPv6 /48 and an IPv4 /24 the square of it. By default 1,024 connections of a client are 2,048
     * of a /56 and 4,096 of a /48 or /24, and so on for all limits of a client.
     */
    @WithDefault("2")
    int widerFactor();

    /** Requests at once, over all clients. */
    @WithDefault("20000")
    long requests();

    /** Requests at once of a client. */
    @WithDefault("256")
    long requestsPerClient();

    /** Bytes promised to a client in responses under way; one response is always allowed. */
    @WithDefault("64G")
    MemorySize promisedBytesPerClient();

    /**
     * The part of what a data set has left of its CDN quota that responses under way may hold for a
     * client; at least 16 MiB. A response holds what it is long, 2 MiB at most.
     */
    @WithDefault("0.1")
    double quotaSharePerClient();

    /**
     * Fetches from providers that a client may begin in an hour; one that brings nothing is free.
     * Of pieces that are placed without their sizes, as many may bring nothing.
     */
    @WithDefault("10000")
    long fillsPerClient();

    /** Fetches from providers that may begin for a data set in an hour. */
    @WithDefault("100000")
    long fillsPerDataSet();

    /** Bytes that a client may make the edge fetch in an hour beyond what it takes. */
    @WithDefault("64G")
    MemorySize unaskedBytesPerClient();

    /** Bytes that may be fetched for a data set in an hour beyond what clients take. */
    @WithDefault("256G")
    MemorySize unaskedBytesPerDataSet();

    /**
     * The part of a data set's remaining cache-miss quota that a client may make the edge fetch in
     * an hour; at least 1 GiB.
     */
    @WithDefault("0.25")
    double missSharePerClient();

    /**
     * The part of it that a client may make the edge fetch in an hour beyond what it takes; at
     * least 1 GiB.
     */
    @WithDefault("0.05")
    double unaskedSharePerClient();

    /** The part of it that may be fetched in an hour beyond what clients take; at least 1 GiB. */
    @WithDefault("0.25")
    double unaskedSharePerDataSet();

    /**
     * Proofs of groups smaller than those of a piece's tree, for which cached bytes are hashed,
     * that are made or wait at once, over all clients.
     */
    @WithDefault("64")
    int proofs();

    /** Such proofs at once of a client. */
    @WithDefault("4")
    int proofsPerClient();

    /** Trees that a client may put and get in an hour, right or wrong. */
    @WithDefault("10000")
    long treesPerClient();

    /** Bytes that a client must take within the pace window, once it makes the edge wait. */
    @WithDefault("64K")
    MemorySize paceBytes();

    /** The pace window. */
    @WithDefault("30s")
    Duration paceWindow();
  }

  /**
   * Bounds on what is sent of a piece before it is verified, and paid by nobody where it never is.
   * A good verdict gives all back at once. Where a limit is reached, responses wait for the
   * verdict; a response for a piece larger than {@code cache.max-size}, which cannot wait, needs
   * its bytes within these limits when it begins. A host is the machine that was connected to, by
   * its IPv4 address or IPv6 /64, by however many provider ids and names it goes.
   */
  interface Unverified {

    /** Bytes that responses of a data set may send. */
    @WithDefault("4G")
    MemorySize perDataSet();

    /** Bytes of these that one provider, or one host, may have supplied. */
    @WithDefault("2G")
    MemorySize perProviderOfDataSet();

    /**
     * Bytes that one provider, or one host, may have supplied to all data sets: those under way,
     * and those that were wrong or left unfinished.
     */
    @WithDefault("16G")
    MemorySize perProvider();

    /** The time that what was given away takes to grow back. */
    @WithDefault("24h")
    Duration refill();
  }

  /** The cache. */
  interface Cache {

    /** Bytes of pieces that are kept on disk; fills under way come on top. */
    @WithDefault("10G")
    MemorySize maxSize();

    /**
     * Bytes of hot pieces in memory, outside the heap; half as much again may be held by responses
     * still being sent. {@code -XX:MaxDirectMemorySize} must allow more than both.
     */
    @WithDefault("128M")
    MemorySize memory();

    /** Bytes kept of fills that nobody waits for any more. */
    @WithDefault("2G")
    MemorySize abandonedSize();

    /** The time for which such a fill is kept, and what clients took of it counts as reserved. */
    @WithDefault("10m")
    Duration abandonedTime();

    /** Bytes of the trees of pieces that are kept, at most half of it of those that others told. */
    @WithDefault("8G")
    MemorySize treesSize();

    /**
     * Bytes that are fetched ahead of a reader, of what it asked for: a client that takes its time,
     * and may leave, has no more fetched and billed. Holds for pieces whose tree is known; at least
     * eight groups.
     */
    @WithDefault("64M")
    MemorySize readAhead();

    /**
     * Bytes of the cache a second that are read and verified once more, as disks change what they
     * hold; all of it at most once an hour. 0: none are.
     */
    @WithDefault("4M")
    MemorySize scrubRate();

    /** Fills that write and hash at once. */
    @WithDefault("4")
    int workers();
  }

  /** Fetching from providers. */
  interface Origin {

    /** The time for a connection to one address of a provider. */
    @WithDefault("5s")
    Duration connectTimeout();

    /** The time for the head of an answer, with redirects; before it, as much for DNS. */
    @WithDefault("15s")
    Duration firstByteTimeout();

    /** The time within which a provider must send the pace's bytes. */
    @WithDefault("15s")
    Duration stallTimeout();

    /** Bytes that a provider must send within the stall timeout. */
    @WithDefault("16K")
    MemorySize paceBytes();

    /**
     * The time that a provider may take for a whole piece: of larger pieces it must send more
     * within the stall timeout, up to 256 KiB a second.
     */
    @WithDefault("6h")
    Duration longestFill();

    /**
     * Fetches at once from one provider, and from one host, by however many provider ids it goes.
     */
    @WithDefault("64")
    int fetchesPerProvider();

    /** The time for which a provider that fails half of the time is left alone. */
    @WithDefault("15s")
    Duration leaveAlone();

    /**
     * The time for which a provider is believed that it does not have a piece; it is asked again at
     * once where the index tells something new of either.
     */
    @WithDefault("30s")
    Duration absence();

    /**
     * The time for which a provider that sent wrong bytes of a piece is not asked for it; twice as
     * long each time, up to an hour.
     */
    @WithDefault("10s")
    Duration mismatch();

    /** Asking by HEAD whether a provider has a piece. */
    Probes probes();

    /** The ports that may be contacted; without it, all. */
    Optional<Set<Integer>> ports();

    /**
     * Networks (CIDR) that are not contacted, beside those that are private for everyone: public
     * addresses that the operator uses inside, a NAT64 prefix of its own.
     */
    Optional<List<String>> privateNetworks();

    /**
     * Hosts that any provider may redirect to beside its own: names, {@code *.example.com} for all
     * below one, or {@code *} for any. Each is checked as service URLs are.
     */
    Optional<Set<String>> redirectHosts();

    /**
     * Hosts of service URLs that are asked for the trees of their pieces, at {@code
     * {serviceUrl}/piece/{pieceCid}/tree}, before a piece is fetched whole; written like {@code
     * redirect-hosts}. No standard has this, so that without it nobody is asked.
     */
    Optional<Set<String>> treeHosts();

    /** The time that a fetch waits for such a tree at most. */
    @WithDefault("1s")
    Duration treeTimeout();
  }

  /**
   * Asking providers by HEAD whether they have a piece that is not cached, for clients that ask so
   * themselves. Nobody pays for it.
   */
  interface Probes {

    /** {@code false}: such a client is told what is known, and providers are not asked. */
    @WithDefault("true")
    boolean enabled();

    /** The time after which a client is told what is known so far, and the time for an answer. */
    @WithDefault("3s")
    Duration timeout();

    /** The time for which a provider's answer counts. */
    @WithDefault("10s")
    Duration remembered();

    /** Questions at once, to all providers; beyond, what is known is told. */
    @WithDefault("64")
    int atOnce();
  }

  /** Counting. */
  interface Usage {

    /** The interval at which counts go to the journal: what a crash can lose. */
    @WithDefault("1s")
    Duration flushInterval();

    /** Unsent records from which on no new response starts. */
    @WithDefault("100000")
    long maxJournalRecords();

    /** Retrievals a second that are told one by one; above it, they are sampled. */
    @WithDefault("100")
    long retrievalRecordsPerSecond();

    /**
     * Payers, and providers, whose bytes the metrics show by name at a time; those of all others
     * are added up as {@code other}. One that moves nothing for an hour makes room for another.
     */
    @WithDefault("50")
    int namesShown();
  }

  /** The log of requests, a line each: off by default, and without clients' whole addresses. */
  interface AccessLog {

    /** {@code json}, {@code combined} (Apache's), or {@code off}. */
    @WithDefault("off")
    AccessLogFormat format();

    /** The file that is written; without it, lines go to the standard output. */
    Optional<Path> file();

    /** Bytes of the file at which it becomes {@code file.1} and another begins. */
    @WithDefault("100M")
    MemorySize maxSize();

    /** Files that are kept, with the one that is written; 2 or more. */
    @WithDefault("10")
    int files();

    /** Lines that may wait to be written; beyond, they are dropped and counted. */
    @WithDefault("10000")
    int maxWaiting();

    /**
     * {@code true} writes clients' addresses whole; otherwise it is their network's (IPv4 /24, IPv6
     * /48).
     */
    @WithDefault("false")
    boolean fullAddresses();
  }

  /** The name and key by which metrics knows this edge. */
  interface Identity {

    /**
     * The file with the private key that the edge signs with (Ed25519, PKCS #8 PEM), read again
     * when it changes. Metrics knows its public half by the edge's name; without a key nothing that
     * is served is billed, and nothing can be leased. A secret.
     */
    Optional<Path> key();
  }

  /** The wallet by which providers of gated data sets know this edge. */
  interface Grantee {

    /**
     * The file with the wallet's private key (secp256k1, 64 hex digits), read again when it
     * changes. With it the edge signs proofs for data sets of which it has a voucher; without it
     * gated providers are asked as all others. A secret.
     */
    Optional<Path> key();

    /**
     * The file with the vouchers that payers gave this wallet, read again when it changes: a JSON
     * object whose {@code vouchers} is a list of objects with {@code voucher} and {@code
     * voucherSig}, as in tokens of gated retrieval.
     */
    Optional<Path> vouchers();
  }

  /** The place of this edge. */
  interface Location {

    /**
     * The region's name, the same of all its edges. With it, edges tell each other which keys they
     * serve, and a response by a key that was used in another region within the hour says so
     * ({@code Server-Timing}); without it, nothing is told or said.
     */
    Optional<String> region();
  }

  /** Leasing quota from metrics. */
  interface Leases {

    /** The address of metrics, where quota is leased. */
    Optional<URI> url();

    /**
     * {@code true}: nothing limits what is served, also of what nobody has paid for. Without a
     * {@code url}, an edge starts only so.
     */
    @WithDefault("false")
    boolean serveWithoutLimit();

    /** Bytes to have at hand of each quota that is used. */
    @WithDefault("64M")
    MemorySize advance();

    /**
     * Bytes to have at hand of each quota for when metrics does not answer for longer than a lease
     * lasts. 0: nothing is served then.
     */
    @WithDefault("256M")
    MemorySize standing();

    /** The time after its last use at which the advance of a quota is given back. */
    @WithDefault("30s")
    Duration idle();

    /** The time after its last use at which the rest is. */
    @WithDefault("10m")
    Duration forget();

    /** The interval at which metrics hears of this edge; well below what a lease lasts. */
    @WithDefault("15s")
    Duration renewEvery();

    /** The time for one call, and so for a response that waits for it. */
    @WithDefault("2s")
    Duration timeout();
  }
}
