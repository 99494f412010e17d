package io.filcdn.retrieval;

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

    /** The edge's name in records and logs. */
    @WithDefault("edge")
    @WithName("edge")
    String name();

    /** Where cache, index replica, denylist and journal lie. */
    @WithDefault("data")
    Path data();

    /**
     * How many bytes of the disk are kept for an edge that starts when it is full, so that it can
     * count; 0: none are.
     */
    @WithDefault("64M")
    MemorySize diskReserve();

    /** The public listener. */
    Http http();

    /** Who may be served. */
    Admission admission();

    /** What one client may take. */
    Limits limits();

    /** The tokens of bots, by name: what they fetch is billed to nobody. Secrets. */
    Map<String, String> bots();

    /** What may be sent of a piece before it is verified. */
    Unverified unverified();

    /** The cache. */
    Cache cache();

    /** Fetching from providers. */
    Origin origin();

    /** Counting. */
    Usage usage();

    /** Who this edge is to metrics. */
    Identity identity();

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

    /** What follows the payer in host names, with its leading dot. */
    @WithDefault(".localhost")
    String dnsRoot();

    /** Where the root path leads; without it, it shows a short page. */
    Optional<URI> home();

    /** How long nothing may move on a connection on which no response waits for a provider. */
    @WithDefault("75s")
    Duration idleTimeout();

    /** How long the head of a request may take. */
    @WithDefault("20s")
    Duration headTimeout();

    /**
     * How many bytes the kernel may hold for a client that it cannot send yet. They count as
     * delivered, also where the client leaves before it gets them. Linux only.
     */
    @WithDefault("128K")
    MemorySize maxUnsent();

    /** How many bytes the headers of a request may have. */
    @WithDefault("16K")
    MemorySize maxHeaderSize();

    /**
     * The networks of proxies in front of the edge (CIDR). Only they are believed what they forward
     * of a client's address and country.
     */
    Optional<List<String>> proxies();

    /** The header in which those proxies tell the client's country. */
    Optional<String> countryHeader();

    /** How long responses under way may take when the edge is told to stop. */
    @WithDefault("30s")
    Duration drainTimeout();

    /**
     * Whether {@code /q/health} and {@code /q/metrics} are shown on the public port too. Only for
     * one's own machine.
     */
    @WithDefault("false")
    boolean exposeManagement();
  }

  /** TLS on the public listener. */
  interface Tls {

    /** The port. */
    @WithDefault("8443")
    int port();

    /** The certificate chain (PEM). */
    Optional<Path> certificate();

    /** Its private key (PEM). */
    Optional<Path> key();
  }

  /** Who may be served. */
  interface Admission {

    /**
     * How many epochs before its end a payment rail counts as ended, so that what is served can
     * still be reported and settled.
     */
    @WithDefault("2880")
    long settlementMarginEpochs();

    /** The largest piece that is served. */
    @WithDefault("32G")
    MemorySize maxPieceSize();

    /** Whether payers are served whom no sanctions screening has looked at yet. */
    @WithDefault("true")
    boolean serveUnscreened();

    /**
     * How long this edge may be offline and still trust its index replica; less than compacted
     * topics keep tombstones ({@code delete.retention.ms}, 24 hours by default).
     */
    @WithDefault("20h")
    Duration maxOffline();

    /** What is not served. */
    Denylist denylist();
  }

  /** What is not served, in the Bad Bits format. */
  interface Denylist {

    /** Where the list is fetched from. */
    Optional<URI> url();

    /** A list of the operator's own. */
    Optional<Path> file();

    /** How often both are looked at; every ten seconds until the first list is had. */
    @WithDefault("5m")
    Duration refresh();

    /** How long fetching the list may take, to its last byte. */
    @WithDefault("2m")
    Duration timeout();

    /** The largest list that is fetched. */
    @WithDefault("256M")
    MemorySize maxSize();

    /** Whether the edge is ready only once it has had each list that is configured. */
    @WithDefault("true")
    boolean required();
  }

  /** What one client may take. */
  interface Limits {

    /** Connections at once, over all clients; beyond it, they are closed as they come. */
    @WithDefault("20000")
    int connections();

    /**
     * How many of them are kept for networks (IPv4 /24, IPv6 /48) that have no connection yet, so
     * that nobody can take all.
     */
    @WithDefault("2000")
    int connectionsReserved();

    /**
     * Connections at once of one client: an IPv4 address, or an IPv6 /64. Connections of {@code
     * filcdn.retrieval.http.proxies} count in all only.
     */
    @WithDefault("1024")
    int connectionsPerClient();

    /**
     * How many times as much as one client the networks may take that it lies in: an IPv6 /56 so
     * many times, an IPv6 /48 and an IPv4 /24 the square of it. Of all limits of a client.
     */
    @WithDefault("2")
    int widerFactor();

    /** Requests at once, over all clients. */
    @WithDefault("20000")
    long requests();

    /** Requests at once of one client. */
    @WithDefault("256")
    long requestsPerClient();

    /** Bytes that are promised in responses under way, for one client; one response always may. */
    @WithDefault("64G")
    MemorySize promisedBytesPerClient();

    /**
     * The part of what a data set has left of its CDN quota that responses under way may hold for
     * one client; of a small quota, 16 MiB. A response holds 2 MiB at most.
     */
    @WithDefault("0.1")
    double quotaSharePerClient();

    /** Fetches from providers that one client may begin in an hour; what brings nothing is free. */
    @WithDefault("10000")
    long fillsPerClient();

    /** Fetches from providers that may be begun for one data set in an hour. */
    @WithDefault("100000")
    long fillsPerDataSet();

    /** Bytes that one client may make the edge fetch in an hour beyond what it takes. */
    @WithDefault("64G")
    MemorySize unaskedBytesPerClient();

    /** Bytes that may be fetched for one data set in an hour beyond what clients take. */
    @WithDefault("256G")
    MemorySize unaskedBytesPerDataSet();

    /**
     * The part of a data set's remaining cache-miss quota that one client may make the edge fetch
     * in an hour; of a small quota, 1 GiB. So are the next two.
     */
    @WithDefault("0.25")
    double missSharePerClient();

    /** The part of it that one client may make the edge fetch beyond what it takes. */
    @WithDefault("0.05")
    double unaskedSharePerClient();

    /** The part of it that may be fetched beyond what clients take. */
    @WithDefault("0.25")
    double unaskedSharePerDataSet();

    /** Bytes that a client must take within the pace window, once it makes the edge wait. */
    @WithDefault("64K")
    MemorySize paceBytes();

    /** The pace window. */
    @WithDefault("30s")
    Duration paceWindow();
  }

  /**
   * What may be sent of a piece before it is verified: nobody pays for it where it never is. Where
   * a limit is reached, responses wait for the verdict.
   */
  interface Unverified {

    /** Bytes that responses of one data set may send. */
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

    /** How long what was given away takes to grow back. */
    @WithDefault("24h")
    Duration refill();
  }

  /** The cache. */
  interface Cache {

    /** How many bytes of pieces are kept on disk. */
    @WithDefault("10G")
    MemorySize maxSize();

    /**
     * How many bytes of hot pieces are held in memory, outside the heap; what {@code
     * -XX:MaxDirectMemorySize} allows must be more, by what fills and connections take.
     */
    @WithDefault("128M")
    MemorySize memory();

    /** How many bytes are kept of fills that nobody waits for any more. */
    @WithDefault("2G")
    MemorySize abandonedSize();

    /** How long such a fill is kept, and what was taken of it counts as reserved. */
    @WithDefault("10m")
    Duration abandonedTime();

    /** How many fills write and hash at once. */
    @WithDefault("4")
    int workers();
  }

  /** Fetching from providers. */
  interface Origin {

    /** How long a connection may take. */
    @WithDefault("5s")
    Duration connectTimeout();

    /** How long the head of an answer may take, redirects and all. */
    @WithDefault("15s")
    Duration firstByteTimeout();

    /** Within which time a provider must send the pace's bytes. */
    @WithDefault("15s")
    Duration stallTimeout();

    /** Bytes that a provider must send within the stall timeout. */
    @WithDefault("16K")
    MemorySize paceBytes();

    /**
     * How long a provider may take for a whole piece: the larger it is, the more it must send
     * within the stall timeout, up to 256 KiB a second.
     */
    @WithDefault("6h")
    Duration longestFill();

    /**
     * Fetches from one provider at once, and from one host, by however many provider ids it goes.
     */
    @WithDefault("64")
    int fetchesPerProvider();

    /** How long a provider that fails half of the time is left alone. */
    @WithDefault("15s")
    Duration leaveAlone();

    /**
     * How long a provider is believed that it does not have a piece; it is asked again at once
     * where the index tells something new of either.
     */
    @WithDefault("30s")
    Duration absence();

    /**
     * How long a provider that sent wrong bytes of a piece is not asked for that piece; twice as
     * long each time, up to an hour.
     */
    @WithDefault("10s")
    Duration mismatch();

    /** The ports that may be contacted; without it, all. */
    Optional<Set<Integer>> ports();

    /**
     * Networks (CIDR) that are not contacted, beside those that are private for everyone: what the
     * operator uses of public addresses inside, a NAT64 prefix of its own.
     */
    Optional<List<String>> privateNetworks();

    /**
     * Hosts that any provider may redirect to beside its own: names, {@code *.example.com} for all
     * below one, or {@code *} for any. Each is checked as service URLs are.
     */
    Optional<Set<String>> redirectHosts();
  }

  /** Counting. */
  interface Usage {

    /** How often counts go to the journal: what a crash can lose. */
    @WithDefault("1s")
    Duration flushInterval();

    /** How many unsent records the journal takes before no new response starts. */
    @WithDefault("100000")
    long maxJournalRecords();

    /** How many retrievals a second are told one by one; above it, they are sampled. */
    @WithDefault("100")
    long retrievalRecordsPerSecond();
  }

  /** Who this edge is to metrics. */
  interface Identity {

    /**
     * The file with the private key that it signs with (Ed25519, PKCS #8 PEM), which is read again
     * when it changes. Metrics knows its public half by the edge's name; without a key nothing that
     * is served is billed, and nothing can be leased. A secret.
     */
    Optional<Path> key();
  }

  /** Leasing quota from metrics. */
  interface Leases {

    /** Where metrics is; without it, nothing limits what is served. */
    Optional<URI> url();

    /** How many bytes to have at hand of each quota that is used. */
    @WithDefault("64M")
    MemorySize advance();

    /**
     * How many bytes to have at hand of each quota for when metrics does not answer for longer than
     * a lease lasts. 0: nothing is served then.
     */
    @WithDefault("256M")
    MemorySize standing();

    /** How long after its last use the advance of a quota is given back. */
    @WithDefault("30s")
    Duration idle();

    /** How long after its last use the rest is. */
    @WithDefault("10m")
    Duration forget();

    /** How often metrics hears of this edge; well below what a lease lasts. */
    @WithDefault("15s")
    Duration renewEvery();

    /** How long one call may take, and so a response that waits for it. */
    @WithDefault("2s")
    Duration timeout();
  }
}
