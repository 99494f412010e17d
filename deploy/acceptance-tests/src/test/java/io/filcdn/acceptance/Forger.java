package io.filcdn.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressPartition;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.identity.EdgePrivateKey;
import io.filcdn.common.identity.RequestSignature;
import io.filcdn.common.identity.SignedMessage;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.UsageRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Someone with services' logins to Kafka who talks in their names, with whatever keys he has. */
final class Forger implements AutoCloseable {

  private static final AtomicLong LAST_SIGNED = new AtomicLong();

  private final KafkaProducer<String, String> producer;
  private final KafkaProducer<String, String> asMetrics;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI metrics;
  private final int partitions;

  Forger(Stack stack) {
    this.producer = producer(stack, "retrieval");
    this.asMetrics = producer(stack, "metrics");
    this.metrics = stack.service("metrics");
    this.partitions = producer.partitionsFor(Topic.EGRESS.topicName()).size();
  }

  private static KafkaProducer<String, String> producer(Stack stack, String user) {
    return new KafkaProducer<>(stack.kafka(user), new StringSerializer(), new StringSerializer());
  }

  /** A journal that nobody has heard of. */
  static JournalId newJournal() {
    return new JournalId(UUID.randomUUID());
  }

  /** A record that claims so many bytes of a data set, as egress and as fills. */
  EgressRecord claim(String edge, JournalId journal, long sequence, DataSetId dataSet, long bytes) {
    return record(
        edge,
        journal,
        sequence,
        List.of(egress(dataSet, bytes), new EgressRow.Fill(dataSet, 0, ByteCount.of(bytes))));
  }

  /** A row of so many bytes that were served from a cache. */
  static EgressRow egress(DataSetId dataSet, long bytes) {
    return new EgressRow.Egress(
        dataSet, CacheOutcome.HIT, "2xx", "ZZ", 0, ByteCount.of(bytes), Optional.empty());
  }

  /** A record of these rows, of one data set. */
  EgressRecord record(String edge, JournalId journal, long sequence, List<EgressRow> rows) {
    Instant now = Instant.now();
    return new EgressRecord(
        journal,
        EgressPartition.of(rows.getFirst().dataSet(), partitions),
        sequence,
        edge,
        now.minusMillis(1),
        now,
        rows);
  }

  /** Writes a record to {@code filcdn.egress}, signed where there is a key. */
  void write(EgressRecord record, Optional<EdgePrivateKey> key) {
    String value = RecordJson.write(record);
    ProducerRecord<String, String> sent =
        new ProducerRecord<>(
            Topic.EGRESS.topicName(), record.partition(), record.journal().toString(), value);
    key.map(own -> own.sign(SignedMessage.egress(value.getBytes(UTF_8))))
        .ifPresent(
            signature ->
                sent.headers().add(SignedMessage.EGRESS_HEADER, signature.getBytes(UTF_8)));
    send(producer, sent);
  }

  /** Writes an odometer to {@code filcdn.usage}, with metrics' login. */
  void write(UsageRecord odometer) {
    send(
        asMetrics,
        new ProducerRecord<>(
            Topic.USAGE.topicName(), odometer.dataSet().toString(), RecordJson.write(odometer)));
  }

  private static void send(
      KafkaProducer<String, String> as, ProducerRecord<String, String> record) {
    try {
      as.send(record).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A request for leases of both quotas of a data set. */
  static LeaseRequest lease(String edge, JournalId journal, DataSetId dataSet, long bytes) {
    ByteCount wanted = ByteCount.of(bytes);
    return new LeaseRequest(
        journal,
        edge,
        List.of(
            new LeaseRequest.Ask(QuotaName.cdn(dataSet), wanted, wanted, ByteCount.ZERO),
            new LeaseRequest.Ask(QuotaName.cacheMiss(dataSet), wanted, wanted, ByteCount.ZERO)));
  }

  /** A request to metrics as it goes over the network. */
  record Letter(String path, String body, Optional<String> authorization) {

    /** One that nobody has signed. */
    static Letter unsigned(String path, Object body) {
      return new Letter(path, RecordJson.write(body), Optional.empty());
    }

    /** One that is signed now, later than any before. */
    static Letter signed(String path, Object body, String edge, EdgePrivateKey key) {
      String text = RecordJson.write(body);
      long now = LAST_SIGNED.updateAndGet(last -> Math.max(last + 1, System.currentTimeMillis()));
      return new Letter(
          path, text, Optional.of(RequestSignature.of(key, path, edge, now, text).header()));
    }
  }

  HttpResponse<String> send(Letter letter) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(metrics.resolve(letter.path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(letter.body));
    letter.authorization.ifPresent(signed -> request.header("Authorization", signed));
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    producer.close();
    asMetrics.close();
    http.close();
  }
}
