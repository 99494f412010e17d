package io.filcdn.indexer;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.network.Network;
import io.filcdn.indexer.head.TipReader;
import io.filcdn.indexer.hint.HintListener;
import io.filcdn.indexer.logs.EventDecoder;
import io.filcdn.indexer.logs.LogFetcher;
import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.indexer.postgres.ExclusiveSession.Purpose;
import io.filcdn.indexer.projection.Index;
import io.filcdn.indexer.projection.Projection;
import io.filcdn.indexer.publish.PublishingSession;
import io.filcdn.indexer.publish.WaitingMessages;
import io.filcdn.indexer.range.GapReader;
import io.filcdn.indexer.range.RangePlanner;
import io.filcdn.indexer.range.RangeReader;
import io.filcdn.indexer.recheck.Rechecker;
import io.filcdn.indexer.reorg.ForkFinder;
import io.filcdn.indexer.rpc.ChainNodes;
import io.filcdn.indexer.rpc.NodeStatus;
import io.filcdn.indexer.screening.HttpScreener;
import io.filcdn.indexer.screening.ListScreener;
import io.filcdn.indexer.screening.Screener;
import io.filcdn.indexer.screening.Screening;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.OutboxPublisher;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/** The running service: indexing loop, publisher and screening, each on a thread of its own. */
@Startup
@Singleton
final class Indexer implements HintListener {

  private static final Logger LOG = Logger.getLogger(Indexer.class);

  private final IndexerConfig config;
  private final Progress progress;
  private final MeterRegistry metrics;
  private final Map<Purpose, ExclusiveSession> sessions = new EnumMap<>(Purpose.class);
  private final ChainNodes nodes;
  private final GapReader gaps;
  private final RangeReader ranges;
  private final Rechecker rechecker;
  private final Repeater loop;
  private final Repeater publisher;
  private final Repeater screening;

  @Inject
  Indexer(
      IndexerConfig config,
      Network network,
      DataSource database,
      KafkaPublisher kafka,
      Operations operations,
      Progress progress,
      Clock clock,
      MeterRegistry metrics) {
    LOG.infof("indexing %s (chain %d)", network.name(), network.chainId());
    this.config = config;
    this.progress = progress;
    this.metrics = metrics;
    for (Purpose purpose : Purpose.values()) {
      sessions.put(purpose, new ExclusiveSession(database, purpose));
    }
    nodes =
        ChainNodes.http(
            network.rpcUrls(),
            config.rpc().timeout(),
            config.rpc().maxAnswer().asLongValue(),
            network.chainId(),
            clock,
            metrics);
    LogFetcher logs = new LogFetcher(EventDecoder.of(network));
    rechecker = new Rechecker(logs, config.recheck().every(), clock);
    RangePlanner planner =
        new RangePlanner(
            network.firstBlock(), config.range().maxBlocks(), config.range().maxUnfinalBlocks());
    gaps = new GapReader(logs, nodes::otherThan, network.firstBlock(), config.range().maxBlocks());
    ranges = new RangeReader(planner, logs, nodes::otherThan, config.range().prefetch());
    loop = Repeater.start("indexing-loop", following(network, operations, planner));
    publisher = Repeater.start("outbox-publisher", publishing(kafka));
    screening = Repeater.start("screening", screening(clock));
  }

  private Following following(Network network, Operations operations, RangePlanner planner) {
    Waits waits = new Waits();
    IndexingLoop path =
        new IndexingLoop(
            nodes,
            new TipReader(network.finality()),
            new ForkFinder(),
            rechecker,
            gaps,
            ranges,
            new Index(session(Purpose.INDEXING), new Projection(network)),
            operations,
            progress,
            waits,
            new IndexingMetrics(metrics, progress, waits, planner));
    return new Following(path, progress, config.head().poll(), backoff());
  }

  private Publishing publishing(KafkaPublisher kafka) {
    IndexerConfig.Publish publish = config.publish();
    return new Publishing(
        new OutboxPublisher<>(
            new WaitingMessages(metrics),
            new PublishingSession(session(Purpose.PUBLISHING)),
            kafka,
            publish.batch(),
            metrics,
            "filcdn.indexer.published"),
        progress,
        publish.poll(),
        backoff(),
        metrics);
  }

  private ScreeningRounds screening(Clock clock) {
    IndexerConfig.Screening settings = config.screening();
    List<Screener> screeners =
        Stream.concat(
                settings.list().<Screener>map(ListScreener::new).stream(),
                settings
                    .url()
                    .<Screener>map(
                        url -> new HttpScreener(url, settings.apiKey(), settings.timeout()))
                    .stream())
            .toList();
    Screening rounds =
        new Screening(
            session(Purpose.SCREENING), screeners, settings.every(), settings.batch(), clock);
    return new ScreeningRounds(rounds, settings.poll(), backoff(), metrics);
  }

  private ExclusiveSession session(Purpose purpose) {
    return Objects.requireNonNull(sessions.get(purpose));
  }

  private Backoff backoff() {
    return new Backoff(config.retry().first(), config.retry().longest());
  }

  /** Reads the head at once, and the block once more where the index has it and it can change. */
  @Override
  public void hint(Optional<BlockNumber> block) {
    boolean isIndexed =
        progress
            .now()
            .cursor()
            .flatMap(at -> block.filter(b -> b.compareTo(at.number()) <= 0 && !at.isFinal(b)))
            .isPresent();
    if (isIndexed) {
      rechecker.hint();
    }
    loop.wake();
  }

  /** The condition of the JSON-RPC nodes. */
  List<NodeStatus> nodes() {
    return nodes.status();
  }

  /** True where all threads do their work. */
  boolean isAlive() {
    return Stream.of(loop, publisher, screening).noneMatch(Repeater::hasDied);
  }

  @PreDestroy
  void stop() {
    Stream.of(loop, publisher, screening).forEach(Repeater::close);
    ranges.close();
    sessions.values().forEach(ExclusiveSession::close);
  }
}
