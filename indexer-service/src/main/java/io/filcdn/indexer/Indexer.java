package io.filcdn.indexer;

import io.filcdn.common.network.Network;
import io.filcdn.indexer.head.TipReader;
import io.filcdn.indexer.logs.FwssDecoder;
import io.filcdn.indexer.logs.LogFetcher;
import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.indexer.postgres.ExclusiveSession.Purpose;
import io.filcdn.indexer.projection.Index;
import io.filcdn.indexer.projection.Projection;
import io.filcdn.indexer.publish.OutboxPublisher;
import io.filcdn.indexer.range.RangePlanner;
import io.filcdn.indexer.reorg.ForkFinder;
import io.filcdn.indexer.rpc.ChainNodes;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.Producer;
import org.jboss.logging.Logger;

/** The running service: the indexing loop and the publisher, each on a thread of its own. */
@Startup
@Singleton
final class Indexer {

  private static final Logger LOG = Logger.getLogger(Indexer.class);

  private final ExclusiveSession indexing;
  private final ExclusiveSession publishing;
  private final Repeater loop;
  private final Repeater publisher;

  @Inject
  Indexer(
      IndexerConfig config,
      Network network,
      DataSource database,
      Producer<String, String> producer,
      Progress progress,
      MeterRegistry metrics) {
    LOG.infof("indexing %s (chain %d)", network.name(), network.chainId());
    indexing = new ExclusiveSession(database, Purpose.INDEXING);
    publishing = new ExclusiveSession(database, Purpose.PUBLISHING);
    loop =
        Repeater.start(
            "indexing-loop",
            new Following(
                loop(config, network, progress, metrics),
                progress,
                config.head().poll(),
                backoff(config)));
    publisher =
        Repeater.start(
            "outbox-publisher",
            new Publishing(
                new OutboxPublisher(publishing, producer, config.publish().batch(), metrics),
                progress,
                config.publish().poll(),
                backoff(config),
                metrics));
  }

  private IndexingLoop loop(
      IndexerConfig config, Network network, Progress progress, MeterRegistry metrics) {
    RangePlanner ranges =
        new RangePlanner(
            network.firstBlock(), config.range().maxBlocks(), config.range().maxUnfinalBlocks());
    return new IndexingLoop(
        ChainNodes.http(network.rpcUrls(), config.rpc().timeout(), network.chainId(), metrics),
        new TipReader(network.finality()),
        new ForkFinder(),
        ranges,
        new LogFetcher(new FwssDecoder(network)),
        new Index(indexing, new Projection(network)),
        progress,
        new IndexingMetrics(metrics, progress, ranges));
  }

  private static Backoff backoff(IndexerConfig config) {
    return new Backoff(config.retry().first(), config.retry().longest());
  }

  /** Whether both threads do their work, or ended as they should. */
  boolean isAlive() {
    return !loop.hasDied() && !publisher.hasDied();
  }

  @PreDestroy
  void stop() {
    loop.close();
    publisher.close();
    indexing.close();
    publishing.close();
  }
}
