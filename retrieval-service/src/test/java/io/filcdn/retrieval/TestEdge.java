package io.filcdn.retrieval;

import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.index.ProviderRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.stack.infra.Kafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * An edge in this JVM with its index: what the chain would say is written to Kafka directly. It can
 * be ended and started again on the same data.
 */
final class TestEdge {

  private final Vertx vertx = Vertx.vertx();
  private final Kafka kafka;
  private final Quota quota;
  private final RetrievalConfig config;
  private final Network network;
  private final KafkaProducer<String, String> producer;
  private final AtomicLong version = new AtomicLong();
  private final AtomicLong pieceIds = new AtomicLong();
  private Edge edge;
  private String listener;

  TestEdge(Kafka kafka, Path data) throws Exception {
    this(kafka, data, Quota.UNLIMITED, Map.of());
  }

  /**
   * @param settings configuration beyond what every test has
   */
  TestEdge(Kafka kafka, Path data, Quota quota, Map<String, String> settings) throws Exception {
    this.kafka = kafka;
    this.quota = quota;
    Map<String, String> values = new HashMap<>(settings);
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Path file = Path.of("..", "deploy", "networks", "devnet.json");
    this.network = NetworkFile.read(file);
    values.put("filcdn.network", file.toString());
    values.put("filcdn.retrieval.data", data.toString());
    values.put("filcdn.retrieval.http.port", Integer.toString(port));
    values.put("filcdn.retrieval.http.host", "127.0.0.1");
    values.putIfAbsent("filcdn.retrieval.admission.denylist.refresh", "1h");
    values.putIfAbsent("filcdn.retrieval.usage.flush-interval", "100ms");
    this.config =
        new SmallRyeConfigBuilder()
            .withMapping(RetrievalConfig.class)
            .withConverters(
                new org.eclipse.microprofile.config.spi.Converter<?>[] {
                  new io.quarkus.runtime.configuration.MemorySizeConverter(),
                  new io.quarkus.runtime.configuration.DurationConverter()
                })
            .withDefaultValues(values)
            .build()
            .getConfigMapping(RetrievalConfig.class);
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer());
    open();
  }

  /** Starts the edge and waits until it is ready. */
  void open() throws Exception {
    begin();
    await().atMost(Duration.ofSeconds(30)).until(edge::ready);
  }

  private void begin() throws Exception {
    edge =
        new Edge(
            new Edge.Tools(
                vertx,
                network,
                kafka.bootstrapServers(),
                quota,
                new SimpleMeterRegistry(),
                Clock.systemUTC()),
            config.retrieval());
    listener =
        PublicListener.listen(
                vertx, config.retrieval().http(), request -> edge.handler().handle(request))
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
  }

  /** Ends the edge as SIGTERM does, and starts it again. */
  void restart() throws Exception {
    end();
    open();
  }

  /** Ends the edge as SIGTERM does. */
  void end() throws Exception {
    vertx.undeploy(listener).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    edge.close();
  }

  EdgeClient client() {
    return new EdgeClient(config.retrieval().http().port());
  }

  Edge edge() {
    return edge;
  }

  /** A data set with CDN, as the index would tell of it. */
  TestEdge dataSet(String id, Address payer, String provider) {
    return dataSet(id, payer, provider, true, Optional.empty());
  }

  TestEdge dataSet(
      String id, Address payer, String provider, boolean withCdn, Optional<Epoch> cdnRailEnds) {
    DataSetRecord record =
        new DataSetRecord(
            DataSetId.of(id),
            payer,
            ProviderId.of(provider),
            payer,
            withCdn,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.of(new DataSetRecord.Rail(new RailId(1), cdnRailEnds)),
            DataSetRecord.TopUps.NONE,
            DataSetRecord.Reported.NONE,
            Optional.empty(),
            DataSetRecord.Settled.NONE,
            asOf());
    return tell(Topic.DATA_SETS, id, record);
  }

  /** A data set whose rails end. */
  TestEdge railsEnd(
      String id, Address payer, String provider, Epoch cdnRailEnds, Epoch cacheMissRailEnds) {
    DataSetRecord record =
        new DataSetRecord(
            DataSetId.of(id),
            payer,
            ProviderId.of(provider),
            payer,
            true,
            false,
            Optional.empty(),
            Optional.of(new DataSetRecord.Rail(new RailId(2), Optional.of(cacheMissRailEnds))),
            Optional.of(new DataSetRecord.Rail(new RailId(1), Optional.of(cdnRailEnds))),
            DataSetRecord.TopUps.NONE,
            DataSetRecord.Reported.NONE,
            Optional.empty(),
            DataSetRecord.Settled.NONE,
            asOf());
    return tell(Topic.DATA_SETS, id, record);
  }

  /** The epoch that it is now. */
  Epoch now() {
    return network.epochAt(Clock.systemUTC().instant());
  }

  /** Where the edge keeps what it keeps. */
  Path data() {
    return config.retrieval().data();
  }

  TestEdge provider(String id, String url) {
    return tell(
        Topic.PROVIDERS,
        id,
        new ProviderRecord(ProviderId.of(id), Optional.of(url), false, asOf()));
  }

  TestEdge sanctioned(Address payer) {
    return tell(
        Topic.PAYERS,
        payer.hex(),
        new PayerRecord(payer, true, Optional.of(java.time.Instant.EPOCH), asOf()));
  }

  PlacementRecord place(TestPiece piece, Address payer, String dataSet) {
    return place(piece.cid(), payer, dataSet);
  }

  PlacementRecord place(PieceName piece, Address payer, String dataSet) {
    PlacementRecord placement =
        new PlacementRecord(
            piece,
            payer,
            DataSetId.of(dataSet),
            new PieceId(pieceIds.incrementAndGet()),
            Map.of(),
            asOf());
    tell(Topic.PLACEMENTS, placement.key().toString(), placement);
    return placement;
  }

  /** Whether the edge knows of a placement. */
  boolean isPlaced(PlacementRecord placement) {
    return edge.knows(placement.pieceCid(), placement.payer(), placement.dataSet());
  }

  void remove(PlacementRecord placement) {
    send(Topic.PLACEMENTS, placement.key().toString(), null);
  }

  private TestEdge tell(Topic topic, String key, Object record) {
    send(topic, key, RecordJson.write(record));
    return this;
  }

  private void send(Topic topic, String key, @org.jspecify.annotations.Nullable String value) {
    try {
      producer.send(new ProducerRecord<>(topic.topicName(), key, value)).get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private AsOf asOf() {
    return new AsOf(new BlockNumber(1), version.incrementAndGet());
  }

  /** All that edges have told so far, in the order of each partition. */
  List<EgressRecord> egress() {
    return all(Topic.EGRESS, EgressRecord.class);
  }

  /** All retrievals that were told of so far. */
  List<RetrievalRecord> retrievals() {
    return all(Topic.RETRIEVALS, RetrievalRecord.class);
  }

  private <T> List<T> all(Topic topic, Class<T> type) {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.topicName()).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<T> found = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer
            .poll(Duration.ofSeconds(1))
            .forEach(record -> found.add(RecordJson.read(record.value(), type)));
      }
      return found;
    }
  }

  void close() throws Exception {
    end();
    producer.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
