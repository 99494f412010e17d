package io.filcdn.retrieval;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.ClientLimits;
import io.filcdn.retrieval.admission.Denylist;
import io.filcdn.retrieval.admission.DenylistRefresh;
import io.filcdn.retrieval.admission.FillLimits;
import io.filcdn.retrieval.admission.IndexFollower;
import io.filcdn.retrieval.admission.IndexReplica;
import io.filcdn.retrieval.cache.AbandonedFills;
import io.filcdn.retrieval.cache.DiskPieceCache;
import io.filcdn.retrieval.cache.FillTools;
import io.filcdn.retrieval.cache.MemoryTier;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.origin.OriginClient;
import io.filcdn.retrieval.origin.OriginHealth;
import io.filcdn.retrieval.request.BotTokens;
import io.filcdn.retrieval.request.ClientReader;
import io.filcdn.retrieval.request.RequestReader;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.FormerJournals;
import io.filcdn.retrieval.usage.Journal;
import io.filcdn.retrieval.usage.JournalShipper;
import io.filcdn.retrieval.usage.LeaseClient;
import io.filcdn.retrieval.usage.LeasedQuota;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.RetrievalLog;
import io.filcdn.retrieval.usage.UnverifiedBudget;
import io.filcdn.retrieval.usage.UsageFlush;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** The parts of an edge, put together and running. */
final class Edge implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Edge.class);
  private static final Duration REFRESH_PARTITIONS = Duration.ofMinutes(1);

  private final Tools tools;
  private final IndexReplica replica;
  private final IndexFollower follower;
  private final Thread following;
  private final Denylist denylist;
  private final Quota quota;
  private final UnverifiedBudget unverified;
  private final Journal journal;
  private final JournalShipper shipper;
  private final RetrievalLog log;
  private final UsageFlush usage;
  private final OriginClient origins;
  private final MemoryTier memory;
  private final DiskPieceCache disk;
  private final PieceCache cache;
  private final Admission admission;
  private final ClientLimits limits;
  private final WorkerExecutor fillWorkers;
  private final PublicHandler handler;
  private final Schedule flushing = new Schedule("filcdn-usage-flush");
  private final Schedule shipping = new Schedule("filcdn-usage-ship");
  private final Schedule refreshing = new Schedule("filcdn-denylist");

  /**
   * What an edge is given.
   *
   * @param kafka what clients of the brokers need to reach them
   * @param quota what may be spent where none is leased
   */
  record Tools(
      Vertx vertx,
      Network network,
      Map<String, Object> kafka,
      Quota quota,
      MeterRegistry meters,
      Clock clock) {}

  /**
   * Opens what lies on disk and begins to follow the index and to ship the journal.
   *
   * @throws IllegalStateException where the data folder cannot be used
   */
  Edge(Tools tools, RetrievalConfig.Edge config) {
    this.tools = tools;
    Path data = createdFolder(config.data());
    replica = IndexReplica.open(createdFolder(data.resolve("replica")));
    follower =
        new IndexFollower(replica, tools.kafka, tools.clock, config.admission().maxOffline());
    denylist = Denylist.open(createdFolder(data.resolve("denylist")));
    JournalId run = new JournalId(UUID.randomUUID());
    journal =
        Journal.open(
            createdFolder(data.resolve("journal")),
            run,
            config.name(),
            config.usage().maxJournalRecords());
    quota = quota(run, config);
    shipper = new JournalShipper(journal, tools.kafka);
    log = new RetrievalLog(tools.kafka, config.usage().retrievalRecordsPerSecond());
    unverified = new UnverifiedBudget(Settings.unverified(config.unverified()), System::nanoTime);
    EgressMeter meter = new EgressMeter(quota, unverified);
    usage = new UsageFlush(meter, journal, shipper::partitions, tools.clock);
    origins =
        new OriginClient(
            tools.vertx, Settings.origins(config.origin(), tools.network.allowPrivateOrigins()));
    fillWorkers = tools.vertx.createSharedWorkerExecutor("filcdn-fill", config.cache().workers());
    memory = new MemoryTier(config.cache().memory().asLongValue(), Runnable::run);
    disk =
        DiskPieceCache.open(
            data.resolve("cache"),
            config.cache().maxSize().asLongValue(),
            memory,
            Runnable::run,
            System::nanoTime);
    cache = new PieceCache(fillTools(config.origin(), meter), disk, abandoned(config.cache()));
    limits = new ClientLimits(Settings.limits(config.limits()));
    admission =
        new Admission(
            replica,
            denylist,
            quota,
            tools.network,
            Settings.admission(config.admission()),
            tools.clock);
    handler = handler(config, meter);
    following = Thread.ofPlatform().name("filcdn-index").start(follower);
    startSchedules(config);
    measure();
  }

  private Quota quota(JournalId run, RetrievalConfig.Edge config) {
    RetrievalConfig.Leases leases = config.leases();
    if (leases.url().isEmpty()) {
      LOG.warn("no filcdn.retrieval.leases.url is set: quota limits nothing that is served here");
      return tools.quota;
    }
    String secret =
        leases
            .secret()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "expected filcdn.retrieval.leases.secret next to its url, found none"));
    LeaseClient client = new LeaseClient(leases.url().get(), secret, leases.timeout());
    return new LeasedQuota(
        client,
        run,
        config.name(),
        Settings.leases(leases),
        new FormerJournals(client, journal::complete, journal::forget),
        System::nanoTime);
  }

  private FillTools fillTools(RetrievalConfig.Origin config, EgressMeter meter) {
    return new FillTools(
        tools.vertx,
        fillWorkers,
        origins,
        new OriginHealth(config.fetchesPerProvider(), config.leaveAlone(), tools.clock),
        quota,
        meter,
        System::nanoTime);
  }

  private AbandonedFills abandoned(RetrievalConfig.Cache config) {
    return new AbandonedFills(
        tools.vertx, config.abandonedSize().asLongValue(), config.abandonedTime());
  }

  private PublicHandler handler(RetrievalConfig.Edge config, EgressMeter meter) {
    Answers answers = new Answers(config.http().home());
    Rooms rooms =
        new Rooms(
            new RequestReader(config.http().dnsRoot(), new BotTokens(config.bots())),
            admission,
            new Reservations(
                usage,
                limits,
                new FillLimits(Settings.fills(config.limits()), System::nanoTime),
                quota,
                cache),
            cache,
            meter,
            answers,
            Settings.pace(config.limits()));
    return new PublicHandler(
        config.name(),
        new ClientReader(config.http().proxies().orElse(List.of()), config.http().countryHeader()),
        limits,
        answers,
        new RetrievalPath(rooms),
        log,
        tools.meters,
        tools.clock,
        System::nanoTime);
  }

  private void startSchedules(RetrievalConfig.Edge config) {
    Duration interval = config.usage().flushInterval();
    flushing.every(interval, "flush", usage::flush);
    shipping.every(REFRESH_PARTITIONS, "partitions", shipper::refreshPartitions);
    shipping.every(interval, "ship", shipper::ship);
    RetrievalConfig.Denylist lists = config.admission().denylist();
    DenylistRefresh refresh = new DenylistRefresh(denylist, lists.url(), lists.file());
    refreshing.every(lists.refresh(), "denylist", refresh::refresh);
    refreshing.every(lists.refresh(), "sweep", this::sweep);
  }

  /** Drops what may not stay cached. A replica that is being built anew does not know yet. */
  private void sweep() {
    long dropped = cache.purgeIf(piece -> admission.isUnwanted(piece) && follower.caughtUp());
    if (dropped > 0) {
      LOG.infof("%d pieces leave the cache: they are denied, or nobody has them any more", dropped);
    }
  }

  private void measure() {
    MeterRegistry meters = tools.meters;
    meters.gauge("filcdn.journal.records", journal, Journal::size);
    if (quota instanceof LeasedQuota leased) {
      meters.gauge("filcdn.leases.answered", leased, leases -> leases.isAnswered() ? 1 : 0);
    }
    meters.gauge("filcdn.cache.pieces", disk, DiskPieceCache::size);
    meters.gauge("filcdn.cache.memory.bytes", memory, MemoryTier::bytes);
    meters.gauge("filcdn.cache.disk.failures", disk, DiskPieceCache::failures);
    meters.gauge("filcdn.fills", cache, PieceCache::fills);
    meters.more().counter("filcdn.fill.mismatches", List.of(), cache, PieceCache::mismatches);
    meters.gauge("filcdn.fills.abandoned.bytes", cache, PieceCache::abandonedBytes);
    meters
        .more()
        .counter("filcdn.unverified.lost.bytes", List.of(), unverified, UnverifiedBudget::lost);
    meters
        .more()
        .counter("filcdn.unverified.waits", List.of(), unverified, UnverifiedBudget::waits);
    meters.gauge("filcdn.requests", limits, ClientLimits::requests);
    meters.gauge("filcdn.replica.lag.records", follower, IndexFollower::lag);
    meters.gauge("filcdn.replica.data.sets", replica, IndexReplica::dataSets);
    meters.gauge("filcdn.retrieval.records.dropped", log, RetrievalLog::dropped);
    meters.gauge(
        "filcdn.denylist.entries",
        denylist,
        list ->
            list.state(Denylist.Source.REMOTE).entries()
                + list.state(Denylist.Source.LOCAL).entries());
  }

  /** What answers requests. */
  PublicHandler handler() {
    return handler;
  }

  /** Whether the replica has a placement, and its data set. */
  boolean knows(PieceName piece, Address payer, DataSetId dataSet) {
    return replica.holds(piece, payer, dataSet);
  }

  /** What is cached. */
  PieceCache cache() {
    return cache;
  }

  /** Whether this edge knows who may be served, and can record it. */
  boolean ready() {
    return follower.trusted() && usage.canRecord() && !handler.draining();
  }

  /** What this edge waits for; for a person. */
  String missing() {
    if (handler.draining()) {
      return "the edge is about to stop";
    }
    if (!follower.trusted()) {
      return "the index replica is not caught up";
    }
    return usage.canRecord() ? "nothing" : "the journal takes no more records";
  }

  /** How many requests are under way. */
  long requests() {
    return limits.requests();
  }

  /** Ends everything; what was counted is in Kafka afterwards, or in the journal. */
  @Override
  public void close() {
    refreshing.close();
    flushing.close();
    shipping.close();
    origins.close();
    giveUpAbandoned();
    usage.flush();
    if (!shipper.ship()) {
      LOG.warnf("%d records stay in the journal for the next start", journal.size());
    }
    if (quota instanceof LeasedQuota leased) {
      leased.close();
    }
    shipper.close();
    log.close();
    follower.close();
    try {
      following.join(Duration.ofSeconds(15));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    fillWorkers.close();
    denylist.close();
    journal.close();
    replica.close();
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

  private static Path createdFolder(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("the folder " + folder + " cannot be made", e);
    }
  }
}
