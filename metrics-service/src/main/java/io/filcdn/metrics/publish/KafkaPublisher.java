package io.filcdn.metrics.publish;

import io.filcdn.common.kafka.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/** A sender of records that returns once the brokers keep all of them. */
public final class KafkaPublisher implements AutoCloseable {

  /**
   * A dead letter holds a whole record as a JSON text, which is larger than the record; compressed,
   * as the broker measures it, it is not.
   */
  private static final int LARGEST_REQUEST = 8 << 20;

  private final KafkaProducer<String, String> producer;

  /**
   * @param kafka how to reach the brokers
   * @param timeout how long a record may take before sending it has failed
   */
  public KafkaPublisher(Map<String, Object> kafka, Duration timeout) {
    int millis = Math.toIntExact(timeout.toMillis());
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "filcdn-metrics");
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * LARGEST_REQUEST);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  /** A record to send. */
  public record Message(String key, String value) {}

  /**
   * Sends in order, and waits for the acknowledgements.
   *
   * @throws NotPublishedException where one did not come; any of the messages may be in Kafka then
   */
  public void send(Topic topic, List<Message> messages) {
    List<Future<RecordMetadata>> sent =
        messages.stream()
            .map(
                message ->
                    producer.send(
                        new ProducerRecord<>(topic.topicName(), message.key(), message.value())))
            .toList();
    try {
      for (Future<RecordMetadata> acknowledgement : sent) {
        acknowledgement.get();
      }
    } catch (ExecutionException e) {
      throw new NotPublishedException(topic, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotPublishedException(topic, e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
  }

  /** A failure: Kafka did not acknowledge in time, or refused. */
  public static final class NotPublishedException extends RuntimeException {

    NotPublishedException(Topic topic, Throwable cause) {
      super("%s did not take a record: %s".formatted(topic.topicName(), cause.getMessage()), cause);
    }
  }
}
