package io.filcdn.retrieval;

import com.github.benmanes.caffeine.cache.Ticker;
import io.filcdn.common.access.AccessKey;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.PolicyKey;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.EdgeStatus;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.common.time.SteadyClock;
import io.filcdn.retrieval.access.AccessControl;
import io.filcdn.retrieval.access.AccessReplica;
import io.filcdn.retrieval.access.GateCheck;
import io.filcdn.retrieval.access.KeyCheck;
import io.filcdn.retrieval.access.KeySightings;
import io.filcdn.retrieval.access.PolicyCheck;
import io.filcdn.retrieval.access.RegionalSightings;
import io.filcdn.retrieval.access.SignatureWorkers;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.admission.Denylist;
import io.filcdn.retrieval.admission.DenylistRefresh;
import io.filcdn.retrieval.admission.FillLimits;
import io.filcdn.retrieval.admission.IndexReplica;
import io.filcdn.retrieval.admission.WorkLimits;
import io.filcdn.retrieval.cache.AbandonedFills;
import io.filcdn.retrieval.cache.CacheScrubber;
import io.filcdn.retrieval.cache.DiskPieceCache;
import io.filcdn.retrieval.cache.FillDependencies;
import io.filcdn.retrieval.cache.MemoryTier;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.connection.ConnectionLimits;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.follow.ReplicaFollower;
import io.filcdn.retrieval.origin.GranteeProofs;
import io.filcdn.retrieval.origin.HostAddresses;
import io.filcdn.retrieval.origin.OriginClient;
import io.filcdn.retrieval.origin.OriginHealth;
import io.filcdn.retrieval.origin.OriginProofs;
import io.filcdn.retrieval.origin.PieceHistory;
import io.filcdn.retrieval.origin.PieceProbes;
import io.filcdn.retrieval.origin.ProviderTrees;
import io.filcdn.retrieval.proof.PieceProver;
import io.filcdn.retrieval.proof.ProofPath;
import io.filcdn.retrieval.request.BotTokens;
import io.filcdn.retrieval.request.CredentialReader;
import io.filcdn.retrieval.request.PayerHosts;
import io.filcdn.retrieval.request.RequestReader;
import io.filcdn.retrieval.response.HeadAnswers;
import io.filcdn.retrieval.response.Reservations;
import io.filcdn.retrieval.response.TreeResponses;
import io.filcdn.retrieval.server.AccessLog;
import io.filcdn.retrieval.server.PublicHandler;
import io.filcdn.retrieval.server.RequestRecorder;
import io.filcdn.retrieval.stores.Stores;
import io.filcdn.retrieval.tree.TreePublisher;
import io.filcdn.retrieval.tree.TreeStore;
import io.filcdn.retrieval.usage.BestEffortProducer;
import io.filcdn.retrieval.usage.EdgeIdentity;
import io.filcdn.retrieval.usage.EdgeReports;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.Journal;
import io.filcdn.retrieval.usage.JournalShipper;
import io.filcdn.retrieval.usage.LeaseClient;
import io.filcdn.retrieval.usage.LeasedQuota;
import io.filcdn.retrieval.usage.MissWatch;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.RetrievalLog;
import io.filcdn.retrieval.usage.Traffic;
import io.filcdn.retrieval.usage.UnverifiedBudget;
import io.filcdn.retrieval.usage.UsageFlush;
import io.filcdn.service.schedule.BackgroundThread;
import io.filcdn.wallet.CurioToken;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** The parts of an edge, put together and running. */
final class Edge implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Edge.class);
  private static final Duration REFRESH_PARTITIONS = Duration.ofMinutes(1);
  private static final Duration RELOAD_KEY = Duration.ofSeconds(5);

  /** The time between looks whether a denylist is to be fetched, or has changed on disk. */
  private static final Duration LOOK_AT_DENYLISTS = Duration.ofSeconds(10);

  /** The threads that check trees that were put; one checks hundreds a second. */
  private static final int TREE_WORKERS = 1;

  private static final Duration TEND_EVERY = Duration.ofSeconds(5);

  /** The interval of which each may read as much as the rate says. */
  private static final Duration SCRUB_EVERY = Duration.ofSeconds(1);

  /** All of them are read for it. */
  private static final Duration FORGET_TREES = Duration.ofHours(1);

  private static final Duration LOOK_AT_MISSES = Duration.ofMinutes(1);

  /** The time in which a payer or provider that moves nothing is left out of the metrics. */
  private static final Duration IDLE_NAMES = Duration.ofHours(1);

  /** The proofs of small groups that are hashed for at once. */
  private static final int PROOF_WORKERS =
      Math.max(1, Runtime.getRuntime().availableProcessors() / 4);

  /** The signatures of tokens that are verified at once. */
  private static final int SIGNATURE_WORKERS =
      Math.max(1, Runtime.getRuntime().availableProcessors() / 4);

  /** The time that responses and fills that were cut may take to end. */
  private static final Duration LAST_ENDS = Duration.ofSeconds(10);

  private final Tools tools;
  private final Stores stores;
  private final ReplicaFollower follower;
  private final Thread following;
  private final ReplicaFollower accessFollower;
  private final Thread followingAccess;
  private final DenylistRefresh denylists;
  private final Optional<EdgeIdentity> identity;
  private final Quota quota;
  private final UnverifiedBudget unverified;
  private final Traffic traffic;
  private final MissWatch misses = new MissWatch(System::nanoTime);
  private final Optional<Sightings> sightings;
  private final ReplicaFollower treeFollower;
  private final Thread followingTrees;
  private final TreePublisher treePublisher;
  private final JournalShipper shipper;
  private final RetrievalLog log;
  private final Optional<AccessLog> accessLog;
  private final UsageFlush usage;
  private final Optional<GranteeProofs> grantee;
  private final HostAddresses hosts;
  private final OriginClient origins;
  private final PieceProbes probes;
  private final MemoryTier memory;
  private final DiskPieceCache disk;
  private final CacheScrubber scrubber;
  private final PieceCache cache;
  private final Admission admission;
  private final ClientLimits limits;
  private final WorkerExecutor fillWorkers;
  private final WorkerExecutor proofWorkers;
  private final WorkerExecutor treeWorkers;
  private final WorkerExecutor signatureWorkers;
  private final PublicHandler handler;
  private final BackgroundThread flushing = new BackgroundThread("filcdn-usage-flush");
  private final BackgroundThread shipping = new BackgroundThread("filcdn-usage-ship");
  private final BackgroundThread fetching = new BackgroundThread("filcdn-denylist");
  private final BackgroundThread sweeping = new BackgroundThread("filcdn-sweep");
  private final BackgroundThread watching = new BackgroundThread("filcdn-misses");
  private final BackgroundThread trees = new BackgroundThread("filcdn-trees-tell");
  private final BackgroundThread tending = new BackgroundThread("filcdn-disk");
  private final BackgroundThread scrubbing = new BackgroundThread("filcdn-scrub");
  private final BackgroundThread evicting = new BackgroundThread("filcdn-evict");

  /**
   * The tools that an edge is given.
   *
   * @param kafka what clients of the brokers need to reach them
   * @param quota what may be spent where none is leased
   * @param connections the places for connections
   */
  record Tools(
      Vertx vertx,
      Network network,
      Map<String, Object> kafka,
      Quota quota,
      ConnectionLimits connections,
      MeterRegistry meters,
      Clock clock) {}

  /**
   * Begins to follow the index and to ship the journal.
   *
   * @param stores what lies on disk; closed with this
   */
  Edge(Tools tools, RetrievalConfig.Edge config, Stores stores) {
    this.tools = tools;
    this.stores = stores;
    IndexReplica replica = stores.replica();
    Journal journal = stores.journal();
    Duration maxOffline = config.admission().maxOffline();
    follower =
        new ReplicaFollower(IndexReplica.FEED, replica, tools.kafka, tools.clock, maxOffline);
    accessFollower =
        new ReplicaFollower(
            AccessReplica.FEED, stores.access(), tools.kafka, tools.clock, maxOffline);
    denylists = denylists(config.admission().denylist(), config.data());
    identity =
        config.identity().key().map(key -> new EdgeIdentity(config.name(), key, tools.clock));
    memory = new MemoryTier(config.cache().memory().asLongValue(), Runnable::run);
    disk =
        DiskPieceCache.open(
            config.data().resolve("cache"),
            config.cache().maxSize().asLongValue(),
            memory,
            evicting::execute,
            System::nanoTime);
    quota = quota(config);
    shipper = new JournalShipper(journal, tools.kafka, identity);
    accessLog = AccessLog.open(Settings.accessLog(config.accessLog()), tools.clock);
    log = new RetrievalLog(tools.kafka, config.usage().retrievalRecordsPerSecond());
    unverified = new UnverifiedBudget(Settings.unverified(config.unverified()), System::nanoTime);
    traffic = new Traffic(tools.meters, config.usage().namesShown());
    EgressMeter meter = new EgressMeter(quota, unverified, traffic);
    usage = new UsageFlush(meter, journal, shipper::partitions, tools.clock);
    signatureWorkers =
        tools.vertx.createSharedWorkerExecutor("filcdn-signatures", SIGNATURE_WORKERS);
    grantee = grantee(config.grantee());
    hosts = new HostAddresses(tools.vertx);
    origins =
        new OriginClient(
            tools.vertx,
            Settings.origins(config.origin(), tools.network.allowPrivateOrigins()),
            hosts,
            proofs(),
            traffic,
            tools.clock);
    fillWorkers = tools.vertx.createSharedWorkerExecutor("filcdn-fill", config.cache().workers());
    proofWorkers = tools.vertx.createSharedWorkerExecutor("filcdn-proof", PROOF_WORKERS);
    treeWorkers = tools.vertx.createSharedWorkerExecutor("filcdn-trees", TREE_WORKERS);
    scrubber =
        new CacheScrubber(
            disk, stores.trees(), config.cache().scrubRate().asLongValue(), System::nanoTime);
    FillDependencies fillTools = fillTools(config.origin(), meter);
    cache =
        new PieceCache(
            fillTools,
            disk,
            abandoned(config.cache()),
            new ProviderTrees(
                tools.vertx,
                origins,
                stores.trees(),
                treeWorkers,
                Settings.providerTrees(config.origin())),
            config.cache().readAhead().asLongValue());
    probes = probes(config.origin(), fillTools.health());
    limits = new ClientLimits(Settings.limits(config.limits()));
    admission =
        new Admission(
            replica,
            stores.denylist(),
            quota,
            tools.network,
            Settings.admission(config.admission()),
            tools.clock);
    sightings = config.location().region().map(this::sightings);
    handler = handler(config, meter);
    following = Thread.ofPlatform().name("filcdn-index").start(follower);
    followingAccess = Thread.ofPlatform().name("filcdn-access").start(accessFollower);
    treeFollower =
        new ReplicaFollower(TreeStore.FEED, stores.trees(), tools.kafka, tools.clock, maxOffline);
    treePublisher = new TreePublisher(stores.trees(), tools.kafka);
    followingTrees = Thread.ofPlatform().name("filcdn-trees").start(treeFollower);
    startSchedules(config);
    measure(config);
  }

  private Optional<GranteeProofs> grantee(RetrievalConfig.Grantee config) {
    if (config.key().isPresent() != config.vouchers().isPresent()) {
      throw new IllegalStateException(
          "expected filcdn.retrieval.grantee.key and filcdn.retrieval.grantee.vouchers, found one"
              + " of them");
    }
    return config
        .key()
        .map(
            key ->
                new GranteeProofs(
                    new GranteeProofs.Sources(key, config.vouchers().orElseThrow()),
                    CurioToken.domain(tools.network),
                    signatureWorkers,
                    tools.clock));
  }

  private OriginProofs proofs() {
    return grantee.<OriginProofs>map(proofs -> proofs).orElse(OriginProofs.NONE);
  }

  private Quota quota(RetrievalConfig.Edge config) {
    RetrievalConfig.Leases leases = config.leases();
    Optional<URI> url = Settings.leaseUrl(leases);
    if (url.isEmpty()) {
      LOG.warn(
          "filcdn.retrieval.leases.serve-without-limit is set: quota limits nothing that is served"
              + " here");
      return tools.quota;
    }
    EdgeIdentity signer =
        identity.orElseThrow(
            () ->
                new IllegalStateException(
                    "expected filcdn.retrieval.identity.key next to filcdn.retrieval.leases.url,"
                        + " found none"));
    LeaseClient client = new LeaseClient(url.get(), signer, leases.timeout());
    EdgeReports reports =
        new EdgeReports(
            client,
            stores.journal()::progress,
            stores.journal()::complete,
            stores.journal()::forget,
            () -> status(config));
    return new LeasedQuota(
            client,
            stores.run(),
            config.name(),
            Settings.leases(leases),
            reports::tell,
            stores.replica()::payer,
            tools.clock,
            System::nanoTime)
        .start();
  }

  private EdgeStatus status(RetrievalConfig.Edge config) {
    return new EdgeStatus(
        config.name(),
        config.location().region(),
        new EdgeStatus.CacheUse(
            disk.size(),
            ByteCount.of(disk.usedBytes()),
            ByteCount.of(disk.maxBytes()),
            ByteCount.of(memory.bytes())));
  }

  private DenylistRefresh denylists(RetrievalConfig.Denylist config, Path data) {
    return new DenylistRefresh(
        stores.denylist(),
        config.url(),
        config.file(),
        data.resolve("denylist.download"),
        Settings.denylist(config),
        System::nanoTime);
  }

  private FillDependencies fillTools(RetrievalConfig.Origin config, EgressMeter meter) {
    // how long a provider is left alone, whatever is done to the clock
    Clock steady = new SteadyClock(tools.clock);
    PieceHistory history = new PieceHistory(Settings.history(config), steady);
    stores.replica().listen(history::placementChanged, history::providerChanged);
    return new FillDependencies(
        tools.vertx,
        fillWorkers,
        origins,
        new OriginHealth(config.fetchesPerProvider(), config.leaveAlone(), steady, history),
        quota,
        meter,
        stores.trees(),
        System::nanoTime);
  }

  private PieceProbes probes(RetrievalConfig.Origin config, OriginHealth health) {
    OriginClient client =
        new OriginClient(
            tools.vertx,
            Settings.probing(config, tools.network.allowPrivateOrigins()),
            hosts,
            proofs(),
            traffic,
            tools.clock);
    return new PieceProbes(tools.vertx, client, health, quota, Settings.probes(config.probes()));
  }

  private AbandonedFills abandoned(RetrievalConfig.Cache config) {
    return new AbandonedFills(
        tools.vertx, config.abandonedSize().asLongValue(), config.abandonedTime());
  }

  private PublicHandler handler(RetrievalConfig.Edge config, EgressMeter meter) {
    Answers answers = new Answers(config.http().home());
    Reservations reservations =
        new Reservations(
            admission,
            usage,
            new FillLimits(Settings.fills(config.limits()), System::nanoTime),
            misses,
            quota,
            cache,
            tools.clock);
    AccessControl access = access(config.limits());
    RetrievalPath retrievals =
        new RetrievalPath(
            admission,
            access,
            sightings.<KeySightings>map(Sightings::memory).orElse(KeySightings.NONE),
            reservations,
            new HeadAnswers(answers, reservations, cache, probes),
            cache,
            meter,
            answers,
            Settings.pace(config.limits()));
    ProofPath proofs =
        new ProofPath(
            admission,
            access,
            new WorkLimits(Settings.proofs(config.limits())),
            new PieceProver(stores.trees(), cache),
            proofWorkers,
            answers);
    RequestReader reader =
        new RequestReader(
            PayerHosts.below(config.http().dnsRoot()),
            config.http().pathHosts().orElse(Set.of()),
            new CredentialReader(
                new BotTokens(config.bots()), AccessKey.networkOf(tools.network.name())));
    return new PublicHandler(
        Settings.clients(config.http()),
        limits,
        answers,
        new RequestRouter(reader, retrievals, proofs, trees(config, answers), answers),
        new RequestRecorder(
            config.name(), log, accessLog, meter.traces(), tools.meters, tools.clock),
        System::nanoTime);
  }

  /** The memory of where keys are used, and what keeps it. */
  private record Sightings(
      RegionalSightings memory,
      BestEffortProducer producer,
      ReplicaFollower follower,
      Thread following) {

    void close() {
      follower.close();
      join(following);
      producer.close();
    }
  }

  private Sightings sightings(String region) {
    BestEffortProducer producer =
        new BestEffortProducer(tools.kafka, "filcdn-sightings", Topic.SIGHTINGS);
    RegionalSightings memory =
        new RegionalSightings(region, producer, tools.clock, Ticker.systemTicker());
    ReplicaFollower following =
        new ReplicaFollower(
            RegionalSightings.FEED, memory, tools.kafka, tools.clock, Duration.ofDays(1));
    return new Sightings(
        memory, producer, following, Thread.ofPlatform().name("filcdn-sightings").start(following));
  }

  private AccessControl access(RetrievalConfig.Limits limits) {
    return new AccessControl(
        new PolicyCheck(
            stores.access(),
            () -> accessFollower.trusted() && follower.trusted(),
            admission,
            new GateCheck(admission, CurioToken.domain(tools.network), proofs()),
            new SignatureWorkers(signatureWorkers),
            new WorkLimits(Settings.signatures(limits)),
            quota::salt,
            tools.clock),
        new KeyCheck(
            stores.access(), accessFollower::trusted, admission, tools.clock, System::nanoTime));
  }

  private TreeResponses trees(RetrievalConfig.Edge config, Answers answers) {
    return new TreeResponses(
        admission,
        Settings.trees(config.limits()),
        stores.trees(),
        treeWorkers,
        answers,
        config.http().bodyTimeout());
  }

  private void startSchedules(RetrievalConfig.Edge config) {
    Duration interval = config.usage().flushInterval();
    flushing.every(interval, "flush", usage::flush);
    shipping.every(REFRESH_PARTITIONS, "partitions", shipper::refreshPartitions);
    shipping.every(interval, "ship", shipper::ship);
    identity.ifPresent(signer -> shipping.every(RELOAD_KEY, "identity", signer::reload));
    grantee.ifPresent(proofs -> tending.every(RELOAD_KEY, "grantee", proofs::reload));
    Duration refresh = config.admission().denylist().refresh();
    Duration look = refresh.compareTo(LOOK_AT_DENYLISTS) < 0 ? refresh : LOOK_AT_DENYLISTS;
    fetching.every(look, "denylist", denylists::fetch);
    trees.every(interval, "trees", treePublisher::publish);
    trees.every(FORGET_TREES, "unwanted trees", this::forgetTrees);
    sweeping.every(look, "local denylist", denylists::readFile);
    sweeping.every(refresh, "sweep", this::sweep);
    MultiGauge farmed = MultiGauge.builder("filcdn.misses.farmed.bytes").register(tools.meters);
    watching.every(LOOK_AT_MISSES, "misses", () -> showFarmed(farmed));
    watching.every(IDLE_NAMES, "idle names", traffic::leaveOutIdle);
    tending.every(TEND_EVERY, "disk", disk::tend);
    tending.every(TEND_EVERY, "groups", disk::sync);
    tending.every(TEND_EVERY, "reserve", stores.reserve()::restore);
    scrubbing.every(SCRUB_EVERY, "scrub", scrubber::step);
  }

  private void showFarmed(MultiGauge gauge) {
    gauge.register(
        misses.look().stream()
            .map(
                farmed ->
                    MultiGauge.Row.of(
                        Tags.of("provider", farmed.provider().toString()), farmed.bytes()))
            .toList(),
        true);
  }

  /** Drops what may not stay cached. A replica that is being built anew does not know yet. */
  private void sweep() {
    long dropped = cache.purgeIf(piece -> admission.isUnwanted(piece) && follower.caughtUp());
    if (dropped > 0) {
      LOG.infof("%d pieces leave the cache: they are denied, or nobody has them any more", dropped);
    }
  }

  private void forgetTrees() {
    long forgotten =
        follower.caughtUp()
            ? stores.trees().forgetIf(piece -> admission.isUnwanted(piece) && follower.caughtUp())
            : 0;
    if (forgotten > 0) {
      LOG.infof("%d trees are forgotten: nobody has their pieces any more", forgotten);
    }
  }

  private void measure(RetrievalConfig.Edge config) {
    MeterRegistry meters = tools.meters;
    meters.gauge("filcdn.journal.records", stores.journal(), Journal::size);
    if (quota instanceof LeasedQuota leased) {
      meters.gauge("filcdn.leases.answered", leased, leases -> leases.isAnswered() ? 1 : 0);
    }
    meters.gauge("filcdn.cache.pieces", disk, DiskPieceCache::size);
    meters.gauge("filcdn.cache.disk.bytes", disk, DiskPieceCache::usedBytes);
    show("filcdn.cache.disk.limit.bytes", Tags.empty(), disk::maxBytes);
    meters.gauge("filcdn.cache.memory.bytes", memory, MemoryTier::bytes);
    show("filcdn.cache.memory.limit.bytes", Tags.empty(), config.cache().memory()::asLongValue);
    Path pieces = config.data().resolve("cache");
    show("filcdn.disk.free.bytes", Tags.of("folder", "data"), () -> free(config.data()));
    show("filcdn.disk.free.bytes", Tags.of("folder", "cache"), () -> free(pieces));
    meters.more().counter("filcdn.cache.disk.failures", List.of(), disk, DiskPieceCache::failures);
    meters
        .more()
        .counter("filcdn.cache.scrubbed.bytes", List.of(), scrubber, CacheScrubber::checked);
    meters.more().counter("filcdn.cache.rotten", List.of(), scrubber, CacheScrubber::wrong);
    meters.gauge(
        "filcdn.disk.usable",
        Tags.of("folder", "cache"),
        disk,
        of -> of.trouble().isEmpty() ? 1 : 0);
    meters.gauge("filcdn.fills", cache, PieceCache::fills);
    meters.more().counter("filcdn.fill.mismatches", List.of(), cache, PieceCache::mismatches);
    meters.gauge("filcdn.fills.abandoned.bytes", cache, PieceCache::abandonedBytes);
    meters
        .more()
        .counter("filcdn.unverified.lost.bytes", List.of(), unverified, UnverifiedBudget::lost);
    meters
        .more()
        .counter("filcdn.unverified.waits", List.of(), unverified, UnverifiedBudget::waits);
    meters.gauge("filcdn.misses.watched", misses, MissWatch::rows);
    meters.gauge("filcdn.requests", limits, ClientLimits::requests);
    meters.gauge("filcdn.connections", tools.connections, ConnectionLimits::open);
    meters
        .more()
        .counter(
            "filcdn.connections.refused", List.of(), tools.connections, ConnectionLimits::refused);
    meters
        .more()
        .counter(
            "filcdn.connections.evicted", List.of(), tools.connections, ConnectionLimits::evicted);
    meters.gauge("filcdn.replica.lag.records", follower, ReplicaFollower::lag);
    meters.gauge("filcdn.access.lag.records", accessFollower, ReplicaFollower::lag);
    meters.gauge("filcdn.replica.data.sets", stores.replica(), IndexReplica::dataSets);
    meters
        .more()
        .counter("filcdn.retrieval.records.dropped", List.of(), log, RetrievalLog::dropped);
    accessLog.ifPresent(
        lines -> {
          meters.more().counter("filcdn.access.log.dropped", List.of(), lines, AccessLog::dropped);
          meters.gauge(
              "filcdn.disk.usable",
              Tags.of("folder", "access-log"),
              lines,
              of -> of.isWritten() ? 1 : 0);
        });
    meters.gauge(
        "filcdn.denylist.entries",
        stores.denylist(),
        list ->
            list.state(Denylist.Source.REMOTE).entries()
                + list.state(Denylist.Source.LOCAL).entries());
  }

  private void show(String name, Tags tags, Supplier<Number> value) {
    Gauge.builder(name, value).tags(tags).register(tools.meters);
  }

  private static double free(Path folder) {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      // of such a disk filcdn.disk.usable tells
      return Double.NaN;
    }
  }

  /** The handler that answers requests. */
  PublicHandler handler() {
    return handler;
  }

  /** The places for connections. */
  ConnectionLimits connections() {
    return tools.connections;
  }

  /** True where the replica has a placement, and its data set. */
  boolean knows(PieceName piece, Address payer, DataSetId dataSet) {
    return stores.replica().holds(piece, payer, dataSet);
  }

  /** True where this edge has been told of a key. */
  boolean knowsKey(KeyId key) {
    return stores.access().knows(key);
  }

  /** True where this edge has been told of a policy with this serial, or a higher one. */
  boolean knowsPolicy(PolicyKey name, long serial) {
    return stores.access().knows(name, serial);
  }

  /** True where the copies have noted that they had all: else none is trusted after a restart. */
  boolean hasNoted() {
    return stores.replica().followedAt().isPresent() && stores.access().followedAt().isPresent();
  }

  /** True where parts of the piece can be verified alone. */
  boolean knowsTree(PieceCid piece) {
    return stores.trees().find(piece).isPresent();
  }

  /** The watch of what is fetched, and for whom. */
  MissWatch misses() {
    return misses;
  }

  /** The cache of pieces. */
  PieceCache cache() {
    return cache;
  }

  /** True where this edge knows who may be served, and can record it. */
  boolean ready() {
    return waitsFor().isEmpty();
  }

  private Optional<String> refusal() {
    return quota instanceof LeasedQuota leased ? leased.refusal() : Optional.empty();
  }

  /** A description of what this edge waits for; for a person. */
  String missing() {
    return waitsFor().orElse("nothing");
  }

  private Optional<String> waitsFor() {
    if (handler.draining()) {
      return Optional.of("the edge is about to stop");
    }
    if (!follower.trusted()) {
      return Optional.of("the index replica is not caught up");
    }
    if (!accessFollower.trusted()) {
      return Optional.of("the access replica is not caught up");
    }
    if (!usage.canRecord()) {
      return Optional.of("the journal takes no more records");
    }
    return refusal().or(denylists::missing);
  }

  /** True where the disk takes what the journal writes. */
  boolean isRecorded() {
    return usage.isWritten();
  }

  /**
   * The trouble that keeps the cache's disk from storing anything; pieces pass through meanwhile.
   */
  Optional<String> diskTrouble() {
    return disk.trouble();
  }

  /** The number of requests under way. */
  long requests() {
    return limits.requests();
  }

  /**
   * Ends everything, once nobody can connect any more; what was counted is in Kafka afterwards, or
   * in the journal. What counts ends before what takes counts: responses and fills, the journal,
   * Kafka's producer, the leases.
   */
  @Override
  public void close() {
    denylists.close();
    fetching.close();
    sweeping.close();
    tending.close();
    scrubbing.close();
    scrubber.close();
    watching.close();
    cache.close();
    awaitIdle(LAST_ENDS);
    flushing.close();
    shipping.close();
    origins.close();
    probes.close();
    hosts.close();
    giveUpAbandoned();
    usage.flush();
    if (!shipper.ship()) {
      LOG.warnf("%d records stay in the journal for the next start", stores.journal().size());
    }
    if (quota instanceof LeasedQuota leased) {
      leased.close();
    }
    shipper.close();
    log.close();
    accessLog.ifPresent(AccessLog::close);
    sightings.ifPresent(Sightings::close);
    closeIndex();
    fillWorkers.close();
    proofWorkers.close();
    treeWorkers.close();
    signatureWorkers.close();
    disk.sync();
    evicting.close();
    closeTreeTopic();
    stores.denylist().close();
    // of a response that has not ended in time
    usage.flush();
    stores.journal().close();
    stores.replica().close();
    stores.access().close();
    // what a fill that outlived its time asks for is not there any more
    stores.trees().close();
  }

  private void awaitIdle(Duration patience) {
    try {
      if (!handler.awaitIdle(patience)) {
        LOG.errorf(
            "%d responses and %d fetches have not ended within %s; what they count is lost",
            requests(), cache.underWay(), patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeIndex() {
    follower.close();
    accessFollower.close();
    join(following);
    join(followingAccess);
  }

  private void closeTreeTopic() {
    trees.close();
    treePublisher.publish();
    treePublisher.close();
    treeFollower.close();
    join(followingTrees);
  }

  private static void join(Thread ending) {
    try {
      ending.join(Duration.ofSeconds(15));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void giveUpAbandoned() {
    try {
      cache.giveUpAbandoned().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warnf("what abandoned fills gave away is not recorded: %s", e);
    }
  }
}
