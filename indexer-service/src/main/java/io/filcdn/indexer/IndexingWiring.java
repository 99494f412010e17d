package io.filcdn.indexer;

import io.filcdn.common.network.Network;
import io.filcdn.indexer.admin.OperationQueue;
import io.filcdn.indexer.head.TipReader;
import io.filcdn.indexer.health.IndexingMonitor;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.jobs.IndexingJob;
import io.filcdn.indexer.jobs.IndexingLoop;
import io.filcdn.indexer.logs.EventDecoder;
import io.filcdn.indexer.logs.LogFetcher;
import io.filcdn.indexer.postgres.ExclusiveSession.Purpose;
import io.filcdn.indexer.postgres.ExclusiveSessions;
import io.filcdn.indexer.projection.Index;
import io.filcdn.indexer.projection.Projection;
import io.filcdn.indexer.range.ContractBackfill;
import io.filcdn.indexer.range.RangePlanner;
import io.filcdn.indexer.range.RangeReader;
import io.filcdn.indexer.recheck.Rechecker;
import io.filcdn.indexer.reorg.ForkFinder;
import io.filcdn.indexer.rpc.ChainNodes;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The wiring of the path from the chain to the index. */
final class IndexingWiring {

  @Produces
  @Singleton
  ChainNodes nodes(IndexerConfig config, Network network, Clock clock, MeterRegistry metrics) {
    return ChainNodes.http(
        network.rpcUrls(),
        config.rpc().timeout(),
        config.rpc().maxAnswer().asLongValue(),
        network.chainId(),
        clock,
        metrics);
  }

  @Produces
  @Singleton
  LogFetcher logs(Network network) {
    return new LogFetcher(EventDecoder.of(network));
  }

  @Produces
  @Singleton
  Rechecker rechecker(LogFetcher logs, IndexerConfig config, Clock clock) {
    return new Rechecker(logs, config.recheck().every(), clock);
  }

  @Produces
  @Singleton
  ContractBackfill backfill(
      LogFetcher logs, ChainNodes nodes, Network network, IndexerConfig config) {
    return new ContractBackfill(
        logs, nodes::otherThan, network.firstBlock(), config.range().maxBlocks());
  }

  @Produces
  @Singleton
  RangePlanner planner(Network network, IndexerConfig config) {
    return new RangePlanner(
        network.firstBlock(), config.range().maxBlocks(), config.range().maxUnfinalBlocks());
  }

  @Produces
  @Singleton
  RangeReader ranges(
      RangePlanner planner, LogFetcher logs, ChainNodes nodes, IndexerConfig config) {
    return new RangeReader(planner, logs, nodes::otherThan, config.range().prefetch());
  }

  @Produces
  @Singleton
  Index index(ExclusiveSessions sessions, Network network) {
    return new Index(sessions.of(Purpose.INDEXING), new Projection(network));
  }

  @Produces
  @Singleton
  IndexingMonitor monitor(MeterRegistry registry, Progress progress, RangePlanner planner) {
    return new IndexingMonitor(registry, progress, planner);
  }

  @Produces
  @Singleton
  IndexingPath path(
      Network network,
      Rechecker rechecker,
      ContractBackfill backfill,
      RangeReader ranges,
      Index index,
      IndexingMonitor monitor) {
    return new IndexingPath(
        new TipReader(network.finality()),
        new ForkFinder(),
        rechecker,
        backfill,
        ranges,
        index,
        monitor);
  }

  @Produces
  @Singleton
  IndexingJob job(
      ChainNodes nodes,
      Index index,
      OperationQueue operations,
      IndexingPath path,
      Progress progress,
      IndexerConfig config) {
    return new IndexingJob(
        new IndexingLoop(nodes, index, operations, path, progress),
        progress,
        config.head().poll(),
        Wiring.backoff(config));
  }
}
