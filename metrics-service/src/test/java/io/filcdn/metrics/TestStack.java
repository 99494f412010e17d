package io.filcdn.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.identity.SignedMessage;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.network.Network;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.audit.PostgresAudit.StoredEntry;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.testing.infra.Infra;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/** A real Postgres with the service's tables and a real Kafka, without the service around them. */
final class TestStack implements AutoCloseable {

  private static final String TABLES =
      "watermark, parked, journal_progress, intake_offset, odometer, unbilled, data_set,"
          + " dead_letter, audit, checkpoint, checkpoint_odometer, checkpoint_watermark,"
          + " checkpoint_offset, accepted_gap, lease_journal, lease, held, written_off, approved,"
          + " series, quota_level, webhook_call, latency, piece_day, answered, placement, pinned,"
          + " upload_day, settled_event, used_nonce, payer_session, access_key, key_usage, policy,"
          + " credit_service, credit_token, credit_balance, credit_grant, credit_reservation,"
          + " credit_entry, credit_outbox, kept, cap_salt";

  /** Enough for several processes at once. */
  private static final int CONNECTIONS = 50;

  private final Infra infra = Infra.start();
  private final AgroalDataSource dataSource = pool(jdbcUrl());
  private final KafkaProducer<String, String> producer;
  private final KafkaConsumer<String, String> consumer;
  private final Map<TopicPartition, Long> seen = new HashMap<>();

  TestStack() {
    Flyway.configure().dataSource(jdbcUrl(), null, null).load().migrate();
    producer = new KafkaProducer<>(kafka(), new StringSerializer(), new StringSerializer());
    consumer = new KafkaConsumer<>(kafka(), new StringDeserializer(), new StringDeserializer());
  }

  /** Connections as the service keeps them. */
  private static AgroalDataSource pool(String jdbcUrl) {
    try {
      return AgroalDataSource.from(
          new AgroalDataSourceConfigurationSupplier()
              .connectionPoolConfiguration(
                  pool ->
                      pool.maxSize(CONNECTIONS)
                          .acquisitionTimeout(Duration.ofMinutes(1))
                          .connectionFactoryConfiguration(factory -> factory.jdbcUrl(jdbcUrl))));
    } catch (SQLException e) {
      throw new IllegalStateException("no connections can be kept", e);
    }
  }

  DataSource dataSource() {
    return dataSource;
  }

  String jdbcUrl() {
    return infra.postgres().jdbcUrl("metrics");
  }

  String bootstrapServers() {
    return infra.kafka().bootstrapServers();
  }

  Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", bootstrapServers());
  }

  /**
   * A process of the service that has not started.
   *
   * @param more keys and values beyond what every test has
   */
  MetricsService service(DataSource database, Clock clock, MeterRegistry registry, String... more) {
    return service(Samples.DEVNET, database, clock, registry, more);
  }

  /** The same of another network. */
  MetricsService service(
      Network network, DataSource database, Clock clock, MeterRegistry registry, String... more) {
    Map<String, String> values = new HashMap<>();
    values.put("filcdn.network", "devnet.json");
    values.put("filcdn.metrics.intake.max-wait", "50ms");
    values.put("filcdn.metrics.intake.longest-pause", "1s");
    values.put("filcdn.metrics.publish.max-records", "10");
    values.put("filcdn.metrics.edges.list", TestEdges.list().toString());
    values.put("filcdn.metrics.leases.required", "false");
    for (int i = 0; i < more.length; i += 2) {
      values.put(more[i], more[i + 1]);
    }
    MetricsConfig config = MetricsConfigTest.config(values);
    return new MetricsService(network, config.metrics(), database, kafka(), clock, registry);
  }

  /** Empties all tables, and takes what is in Kafka as read by {@link #written}. */
  void forget() {
    execute("truncate " + TABLES);
    Arrays.stream(Topic.values()).forEach(this::written);
  }

  /** What was written to a topic since this was last asked; of one key in order. */
  List<ConsumerRecord<String, String>> written(Topic topic) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic.topicName()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    consumer.assign(partitions);
    partitions.forEach(partition -> consumer.seek(partition, seen.getOrDefault(partition, 0L)));
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
      consumer.poll(Duration.ofMillis(100)).forEach(records::add);
    }
    partitions.forEach(partition -> seen.put(partition, consumer.position(partition)));
    return records;
  }

  void send(EgressRecord flush) {
    send(Topic.EGRESS, flush.partition(), flush.journal().toString(), RecordJson.write(flush));
  }

  /** Sends a record; of {@code filcdn.egress} one that {@link TestEdges} signed. */
  void send(Topic topic, int partition, String key, @Nullable String value) {
    String signature = topic == Topic.EGRESS && value != null ? TestEdges.sign(value) : null;
    send(topic, partition, key, value, signature);
  }

  void send(
      Topic topic, int partition, String key, @Nullable String value, @Nullable String signature) {
    try {
      producer.send(record(topic, partition, key, value, signature)).get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException("Kafka did not take a record", e);
    }
  }

  /** A record, with the signature of an edge where there is one. */
  static ProducerRecord<String, String> record(
      Topic topic, int partition, String key, @Nullable String value, @Nullable String signature) {
    ProducerRecord<String, String> record =
        new ProducerRecord<>(topic.topicName(), partition, key, value);
    if (signature != null) {
      record.headers().add(SignedMessage.EGRESS_HEADER, signature.getBytes(UTF_8));
    }
    return record;
  }

  /** Sends without waiting; {@link #flush} waits for all. */
  void sendLater(EgressRecord flush) {
    String value = RecordJson.write(flush);
    var _ =
        producer.send(
            record(
                Topic.EGRESS,
                flush.partition(),
                flush.journal().toString(),
                value,
                TestEdges.sign(value)));
  }

  void flush() {
    producer.flush();
  }

  /** How many partitions {@code filcdn.egress} has. */
  int egressPartitions() {
    return producer.partitionsFor(Topic.EGRESS.topicName()).size();
  }

  /** The latest decisions, the newest first. */
  List<AuditEntry> audit() {
    return new Database(dataSource)
        .call(connection -> new PostgresAudit().list(connection, Long.MAX_VALUE, 10)).stream()
            .map(StoredEntry::entry)
            .toList();
  }

  /** Runs statements. */
  void execute(String sql) {
    new Database(dataSource).run(connection -> connection.createStatement().execute(sql));
  }

  /** The rows of a query, each as its columns' texts, separated by a blank. */
  List<String> rows(String query) {
    return new Database(dataSource)
        .call(
            connection -> {
              try (ResultSet found = connection.createStatement().executeQuery(query)) {
                List<String> rows = new ArrayList<>();
                while (found.next()) {
                  rows.add(row(found));
                }
                return rows;
              }
            });
  }

  private static String row(ResultSet row) throws SQLException {
    List<String> columns = new ArrayList<>();
    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
      columns.add(row.getString(i));
    }
    return String.join(" ", columns);
  }

  /** A batch as a consumer would hand it over. */
  static Batch batch(EgressRecord... flushes) {
    return new Batch(
        Topic.EGRESS.topicName(), Arrays.stream(flushes).map(TestStack::source).toList());
  }

  static SourceRecord source(EgressRecord flush) {
    return source(flush.partition(), flush.sequence(), RecordJson.write(flush));
  }

  static SourceRecord source(int partition, long offset, @Nullable String value) {
    return new SourceRecord(
        Topic.EGRESS.topicName(),
        partition,
        offset,
        "key",
        value,
        value == null ? null : TestEdges.sign(value));
  }

  @Override
  public void close() {
    consumer.close();
    producer.close();
    dataSource.close();
    infra.close();
  }
}
