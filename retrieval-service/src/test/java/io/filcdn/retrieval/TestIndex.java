package io.filcdn.retrieval;

import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyId;
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
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.piece.PieceName;
import io.filcdn.testing.infra.Kafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What edges are told and tell over Kafka: what the chain would say is written there directly. */
final class TestIndex implements AutoCloseable {

  /** The epoch at which all pieces were added: at 3 seconds an epoch, {@link #ADDED_AT}. */
  private static final Epoch ADDED = new Epoch(500_000_000);

  static final String ADDED_AT = "Fri, 14 Jul 2017 02:40:00 GMT";

  private final Kafka kafka;
  private final KafkaProducer<String, String> producer;
  private final Map<Topic, Reader> readers = new ConcurrentHashMap<>();
  private final AtomicLong version = new AtomicLong();
  private final AtomicLong pieceIds = new AtomicLong();

  TestIndex(Kafka kafka) {
    this.kafka = kafka;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer());
  }

  /** A data set with CDN, as the index would tell of it. */
  TestIndex dataSet(String id, Address payer, String provider) {
    return dataSet(id, payer, provider, true, Optional.empty());
  }

  TestIndex dataSet(
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

  /** A data set whose payer gated it on chain. */
  TestIndex gated(String id, Address payer, String provider) {
    DataSetRecord record =
        new DataSetRecord(
            DataSetId.of(id),
            payer,
            ProviderId.of(provider),
            payer,
            true,
            false,
            Optional.empty(),
            Optional.of(DataSetRecord.Gate.CURIO_RETRIEVAL),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new DataSetRecord.Rail(new RailId(1), Optional.empty())),
            DataSetRecord.TopUps.NONE,
            DataSetRecord.Reported.NONE,
            Optional.empty(),
            DataSetRecord.Settled.NONE,
            asOf());
    return tell(Topic.DATA_SETS, id, record);
  }

  /** A data set whose rails end. */
  TestIndex railsEnd(
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

  TestIndex provider(String id, String url) {
    return tell(
        Topic.PROVIDERS,
        id,
        new ProviderRecord(ProviderId.of(id), Optional.of(url), false, asOf()));
  }

  TestIndex sanctioned(Address payer) {
    return tell(
        Topic.PAYERS,
        payer.hex(),
        new PayerRecord(payer, true, Optional.of(java.time.Instant.EPOCH), asOf()));
  }

  /** A payer's key, as metrics would tell of it. */
  TestIndex key(AccessKeyRecord record) {
    return tell(Topic.KEYS, record.key(), record);
  }

  PlacementRecord place(TestPiece piece, Address payer, String dataSet) {
    return place(piece.cid(), payer, dataSet);
  }

  PlacementRecord place(PieceName piece, Address payer, String dataSet) {
    return place(piece, payer, dataSet, Map.of());
  }

  PlacementRecord place(
      PieceName piece, Address payer, String dataSet, Map<String, String> metadata) {
    PlacementRecord placement =
        new PlacementRecord(
            piece,
            payer,
            DataSetId.of(dataSet),
            new PieceId(pieceIds.incrementAndGet()),
            metadata,
            Optional.of(ADDED),
            asOf());
    tell(Topic.PLACEMENTS, placement.key().toString(), placement);
    return placement;
  }

  /** Any text as the record of a policy. */
  void policy(String key, String value) {
    send(Topic.POLICIES, key, value);
  }

  /** Any text as the record of a key; a tombstone where there is none. */
  void tellOfKey(KeyId id, @org.jspecify.annotations.Nullable String value) {
    send(Topic.KEYS, id.text(), value);
  }

  void remove(PlacementRecord placement) {
    send(Topic.PLACEMENTS, placement.key().toString(), null);
  }

  private TestIndex tell(Topic topic, String key, Object record) {
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
    return readers.computeIfAbsent(topic, t -> new Reader(kafka, t)).read().stream()
        .map(value -> RecordJson.read(value, type))
        .toList();
  }

  /** All values of a topic; what was read once is not read again. */
  private static final class Reader {

    private final KafkaConsumer<String, String> consumer;
    private final List<String> values = new ArrayList<>();

    Reader(Kafka kafka, Topic topic) {
      consumer =
          new KafkaConsumer<>(
              Map.of("bootstrap.servers", kafka.bootstrapServers()),
              new StringDeserializer(),
              new StringDeserializer());
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.topicName()).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
    }

    synchronized List<String> read() {
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
      }
      return List.copyOf(values);
    }
  }

  @Override
  public void close() {
    readers.values().forEach(reader -> reader.consumer.close());
    producer.close();
  }
}
