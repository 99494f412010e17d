package io.filcdn.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.network.Network;
import io.filcdn.indexer.admin.OperationQueue;
import io.filcdn.indexer.fake.Contracts;
import io.filcdn.indexer.fake.FakeNode;
import io.filcdn.indexer.head.TipReader;
import io.filcdn.indexer.health.IndexingMonitor;
import io.filcdn.indexer.health.Progress;
import io.filcdn.indexer.jobs.IndexingLoop;
import io.filcdn.indexer.jobs.IndexingLoop.Turn;
import io.filcdn.indexer.logs.EventDecoder;
import io.filcdn.indexer.logs.LogFetcher;
import io.filcdn.indexer.postgres.DatabaseFailedException;
import io.filcdn.indexer.postgres.ExclusiveSession;
import io.filcdn.indexer.postgres.ExclusiveSession.Purpose;
import io.filcdn.indexer.projection.Index;
import io.filcdn.indexer.projection.Projection;
import io.filcdn.indexer.publish.Outbox.Message;
import io.filcdn.indexer.publish.PublishingSession;
import io.filcdn.indexer.publish.WaitingMessages;
import io.filcdn.indexer.range.ContractBackfill;
import io.filcdn.indexer.range.RangePlanner;
import io.filcdn.indexer.range.RangeReader;
import io.filcdn.indexer.recheck.Rechecker;
import io.filcdn.indexer.reorg.ForkFinder;
import io.filcdn.indexer.rpc.ChainNodes;
import io.filcdn.indexer.store.Versions;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.KafkaPublisher.NotPublishedException;
import io.filcdn.service.kafka.OutboxPublisher;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The indexer without its threads: a test says when it takes a turn. */
final class TestIndexer implements AutoCloseable {

  static final Duration RECHECKED_EVERY = Duration.ofMinutes(1);
  static final long MAX_ANSWER = 8 << 20;
  private static final int ENOUGH_TURNS = 500;

  private final ExclusiveSession indexing;
  private final ExclusiveSession publishing;
  private final IndexingLoop loop;
  private final OutboxPublisher<Message> publisher;
  private final MovedClock clock = new MovedClock(Instant.parse("2026-11-21T04:13:00Z"));
  private final OperationQueue operations = new OperationQueue();
  private final Rechecker rechecker;
  private final RangeReader reader;
  private final Progress progress = new Progress(clock);
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  TestIndexer(DataSource database, Producer<String, String> producer, FakeNode... nodes) {
    this(
        database,
        producer,
        Contracts.network(Stream.of(nodes).map(FakeNode::url).toArray(URI[]::new)),
        new RangePlanner(new io.filcdn.common.chain.BlockNumber(0), 10, 4));
  }

  TestIndexer(
      DataSource database,
      Producer<String, String> producer,
      Network network,
      RangePlanner ranges) {
    this(database, producer, network, ranges, MAX_ANSWER);
  }

  TestIndexer(
      DataSource database,
      Producer<String, String> producer,
      Network network,
      RangePlanner ranges,
      long maxAnswer) {
    indexing = new ExclusiveSession(database, Purpose.INDEXING, Versions::moveOn);
    publishing = new ExclusiveSession(database, Purpose.PUBLISHING, Versions::moveOn);
    LogFetcher logs = new LogFetcher(EventDecoder.of(network));
    rechecker = new Rechecker(logs, RECHECKED_EVERY, clock);
    ChainNodes chainNodes =
        ChainNodes.http(
            network.rpcUrls(),
            Duration.ofSeconds(60),
            maxAnswer,
            network.chainId(),
            clock,
            metrics);
    reader = new RangeReader(ranges, logs, chainNodes::otherThan, 3);
    Index index = new Index(indexing, new Projection(network));
    IndexingPath path =
        new IndexingPath(
            new TipReader(network.finality()),
            new ForkFinder(),
            rechecker,
            new ContractBackfill(logs, chainNodes::otherThan, network.firstBlock(), 4),
            reader,
            index,
            new IndexingMonitor(metrics, progress, ranges));
    loop = new IndexingLoop(chainNodes, index, operations, path, progress);
    publisher =
        new OutboxPublisher<>(
            new WaitingMessages(metrics),
            new PublishingSession(publishing),
            new KafkaPublisher(producer),
            50,
            metrics,
            "filcdn.indexer.published");
  }

  static Producer<String, String> producer(String bootstrapServers) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", bootstrapServers),
        new StringSerializer(),
        new StringSerializer());
  }

  Turn turn() {
    return loop.turn();
  }

  /** Takes a turn of the publisher; empty where it may not or cannot. */
  Optional<Integer> publish() {
    try {
      return publisher.publishSome();
    } catch (DatabaseFailedException | NotPublishedException e) {
      return Optional.empty();
    }
  }

  /** Takes turns until there is nothing more to read. */
  TestIndexer catchUp() {
    Turn turn = Turn.MORE;
    for (int i = 0; i < ENOUGH_TURNS && turn == Turn.MORE; i++) {
      turn = turn();
    }
    assertThat(turn).isEqualTo(Turn.WAIT);
    assertThat(progress.now().state()).isEqualTo(Progress.State.FOLLOWING);
    return this;
  }

  /** Takes turns until the outbox is empty. */
  TestIndexer publishAll() {
    while (publish().orElse(0) > 0) {}
    assertThat(publish()).contains(0);
    return this;
  }

  /** The time, which a test moves. */
  MovedClock clock() {
    return clock;
  }

  OperationQueue operations() {
    return operations;
  }

  Rechecker rechecker() {
    return rechecker;
  }

  Progress progress() {
    return progress;
  }

  double metric(String name) {
    return metrics.get(name).meter().measure().iterator().next().getValue();
  }

  double metric(String name, String tag, String value) {
    return metrics.get(name).tag(tag, value).counter().count();
  }

  /** Ends its database sessions under its hands, as the end of the process would; any thread. */
  void kill() {
    indexing.close();
    publishing.close();
  }

  @Override
  public void close() {
    reader.close();
    indexing.close();
    publishing.close();
  }
}
