package io.filcdn.service.kafka;

import io.filcdn.service.tracing.Tracing;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** A sender of records that returns once the brokers keep all of them. */
public final class KafkaPublisher implements AutoCloseable {

  /**
   * A dead letter holds a whole record as a JSON text, which is larger than the record; compressed,
   * as the broker measures it, it is not.
   */
  private static final int LARGEST_REQUEST = 8 << 20;

  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(1);

  private final Producer<String, String> producer;

  public KafkaPublisher(Producer<String, String> producer) {
    this.producer = producer;
  }

  /**
   * A publisher with a producer of its own, by which no record is lost, or overtaken by a later one
   * of its partition.
   *
   * @param kafka how to reach the brokers
   * @param client the name that brokers know it by
   * @param timeout how long a record may take before sending it has failed
   */
  public static KafkaPublisher to(Map<String, Object> kafka, String client, Duration timeout) {
    int millis = Math.toIntExact(timeout.toMillis());
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, client);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * LARGEST_REQUEST);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    // half of the time, so that a request whose answer is lost is sent again within it
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis / 2);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    return new KafkaPublisher(
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer()));
  }

  /**
   * Sends in order, and waits for the acknowledgements.
   *
   * @throws NotPublishedException where one did not come; any of the records may be in Kafka then,
   *     but none is under way any more
   */
  public void send(List<ProducerRecord<String, String>> records) {
    if (!records.isEmpty()) {
      Tracing.step(
          "send " + records.getFirst().topic(), SpanKind.PRODUCER, () -> sendAndWait(records));
    }
  }

  private List<ProducerRecord<String, String>> sendAndWait(
      List<ProducerRecord<String, String>> records) {
    List<Future<RecordMetadata>> acknowledgements = new ArrayList<>(records.size());
    for (ProducerRecord<String, String> record : records) {
      Future<RecordMetadata> acknowledgement = begin(record);
      acknowledgements.add(acknowledgement);
      if (acknowledgement.state() == Future.State.FAILED) {
        // without a broker each send blocks before it fails: one is enough to know
        break;
      }
    }
    @Nullable NotPublishedException failure = null;
    for (int i = 0; i < acknowledgements.size(); i++) {
      try {
        acknowledgements.get(i).get();
      } catch (ExecutionException e) {
        failure = failure == null ? failed(records.get(i), e.getCause()) : failure;
      } catch (InterruptedException e) {
        // this process ends: nothing may be under way when another sends in its place
        producer.close(Duration.ZERO);
        Thread.currentThread().interrupt();
        throw failed(records.get(i), e);
      }
    }
    if (failure != null) {
      throw failure;
    }
    return records;
  }

  private Future<RecordMetadata> begin(ProducerRecord<String, String> record) {
    TraceHeaders.write(record, Tracing.current());
    try {
      return producer.send(record);
    } catch (KafkaException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static NotPublishedException failed(
      ProducerRecord<String, String> record, @Nullable Throwable cause) {
    return new NotPublishedException(record.topic(), cause);
  }

  @Override
  public void close() {
    producer.close(LONGEST_CLOSE);
  }

  /** A failure: Kafka did not acknowledge in time, or refused. */
  public static final class NotPublishedException extends RuntimeException {

    NotPublishedException(String topic, @Nullable Throwable cause) {
      super(
          "%s did not take a record: %s"
              .formatted(topic, cause == null ? "no reason" : cause.getMessage()),
          cause);
    }
  }
}
