package io.filcdn.retrieval;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.network.Network;
import io.filcdn.retrieval.admission.Admission;
import io.filcdn.retrieval.admission.IndexFollower;
import io.filcdn.retrieval.admission.IndexReplica;
import io.filcdn.retrieval.cache.DiskPieceCache;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.origin.OriginClient;
import io.filcdn.retrieval.request.RequestReader;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.Journal;
import io.filcdn.retrieval.usage.JournalShipper;
import io.filcdn.retrieval.usage.UsageFlush;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** The parts of an edge, put together and running. */
final class Edge implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Edge.class);
  private static final Duration REFRESH_PARTITIONS = Duration.ofMinutes(1);

  private final IndexReplica replica;
  private final IndexFollower follower;
  private final Thread following;
  private final Journal journal;
  private final JournalShipper shipper;
  private final UsageFlush usage;
  private final OriginClient origins;
  private final DiskPieceCache disk;
  private final WorkerExecutor fillWorkers;
  private final RetrievalPath path;
  private final ScheduledExecutorService flushing =
      Executors.newSingleThreadScheduledExecutor(named("filcdn-usage-flush"));
  private final ScheduledExecutorService shipping =
      Executors.newSingleThreadScheduledExecutor(named("filcdn-usage-ship"));

  /**
   * Opens what lies on disk and begins to follow the index and to ship the journal.
   *
   * @throws IllegalStateException where the data folder cannot be used
   */
  Edge(Vertx vertx, Network network, RetrievalConfig.Edge config, String kafka, Clock clock) {
    Path data = createdFolder(config.data());
    replica = IndexReplica.open(createdFolder(data.resolve("replica")));
    follower = new IndexFollower(replica, kafka, clock, config.admission().maxOffline());
    journal =
        Journal.open(
            createdFolder(data.resolve("journal")),
            new JournalId(UUID.randomUUID()),
            config.name(),
            config.usage().maxJournalRecords());
    shipper = new JournalShipper(journal, kafka);
    EgressMeter meter = new EgressMeter();
    usage = new UsageFlush(meter, journal, shipper::partitions, clock);
    origins =
        new OriginClient(
            vertx,
            new OriginClient.Timeouts(
                config.origin().connectTimeout(),
                config.origin().firstByteTimeout(),
                config.origin().stallTimeout()),
            config.origin().connectionsPerProvider(),
            network.allowPrivateOrigins());
    disk =
        DiskPieceCache.open(
            data.resolve("cache"), config.cache().maxSize().asLongValue(), Runnable::run);
    fillWorkers = vertx.createSharedWorkerExecutor("filcdn-fill", config.cache().workers());
    path =
        new RetrievalPath(
            new RequestReader(config.http().dnsRoot()),
            new Admission(replica, network, config.admission().settlementMarginEpochs(), clock),
            usage,
            new PieceCache(fillWorkers, disk, origins, meter),
            meter);
    following = Thread.ofPlatform().name("filcdn-index").start(follower);
    startUsage(config.usage());
  }

  private void startUsage(RetrievalConfig.Usage config) {
    Duration interval = config.flushInterval();
    every(interval, flushing, "flush", usage::flush);
    every(REFRESH_PARTITIONS, shipping, "partitions", shipper::refreshPartitions);
    every(interval, shipping, "ship", shipper::ship);
  }

  /** Runs a task at once and then again and again; a schedule ends with the first exception. */
  private static void every(
      Duration interval, ScheduledExecutorService executor, String what, Runnable task) {
    Runnable guarded =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.errorf(e, "%s fails; it is tried again", what);
          }
        };
    var _ = executor.scheduleWithFixedDelay(guarded, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What answers requests. */
  RetrievalPath path() {
    return path;
  }

  /** Whether this edge knows who may be served. */
  boolean ready() {
    return follower.caughtUp() && usage.canRecord();
  }

  /** What this edge waits for; for a person. */
  String missing() {
    if (!follower.caughtUp()) {
      return "the index replica is not caught up";
    }
    return usage.canRecord() ? "nothing" : "the journal takes no more records";
  }

  /** How many records wait for Kafka. */
  long journalRecords() {
    return journal.size();
  }

  /** How many pieces are on disk. */
  long cachedPieces() {
    return disk.size();
  }

  /** Ends everything; what was counted is in Kafka afterwards, or in the journal. */
  @Override
  public void close() {
    stop(flushing);
    stop(shipping);
    origins.close();
    usage.flush();
    if (!shipper.ship()) {
      LOG.warnf("%d records stay in the journal for the next start", journal.size());
    }
    shipper.close();
    follower.close();
    try {
      following.join(Duration.ofSeconds(15));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    fillWorkers.close();
    journal.close();
    replica.close();
  }

  private static void stop(ScheduledExecutorService executor) {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(20, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static java.util.concurrent.ThreadFactory named(String name) {
    return Thread.ofPlatform().name(name).factory();
  }

  private static Path createdFolder(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("the folder " + folder + " cannot be made", e);
    }
  }
}
