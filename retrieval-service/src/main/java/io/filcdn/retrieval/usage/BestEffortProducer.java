package io.filcdn.retrieval.usage;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.service.kafka.TraceHeaders;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/**
 * A producer of records that may be lost: it never blocks and never fails. Where Kafka is away,
 * records are dropped and counted.
 */
public final class BestEffortProducer implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(BestEffortProducer.class);

  private final Producer<String, String> producer;
  private final Topic topic;
  private final AtomicLong dropped = new AtomicLong();

  /**
   * @param client the name that brokers know it by
   */
  public BestEffortProducer(Map<String, Object> kafka, String client, Topic topic) {
    this(producer(kafka, client), topic);
  }

  private BestEffortProducer(Producer<String, String> producer, Topic topic) {
    this.producer = producer;
    this.topic = topic;
    askForPartitions();
  }

  /** One that sends by a producer at hand, which it closes. */
  public static BestEffortProducer of(Producer<String, String> producer, Topic topic) {
    return new BestEffortProducer(producer, topic);
  }

  /** Without knowing the topic's partitions, the first records could not be sent. */
  private void askForPartitions() {
    try {
      var _ = producer.partitionsFor(topic.topicName());
    } catch (KafkaException e) {
      LOG.debugf("the partitions are asked for meanwhile: %s", e);
    }
  }

  private static Producer<String, String> producer(Map<String, Object> kafka, String client) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, client);
    settings.put(ProducerConfig.ACKS_CONFIG, "1");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, "200");
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L << 20);
    // whoever calls is an event loop
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
    // what is known of the topic stays known however long nobody asks for a piece
    settings.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(365).toMillis());
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  /** The number of records that could not be sent. */
  public long dropped() {
    return dropped.get();
  }

  /**
   * Sends a record; after the end it counts as dropped.
   *
   * @param trace the span of which it tells
   */
  public void send(String key, Object record, SpanContext trace) {
    ProducerRecord<String, String> sent =
        new ProducerRecord<>(topic.topicName(), key, RecordJson.write(record));
    TraceHeaders.write(sent, trace);
    try {
      var _ =
          producer.send(
              sent,
              (metadata, failure) -> {
                if (failure != null) {
                  dropped.incrementAndGet();
                }
              });
    } catch (IllegalStateException closed) {
      dropped.incrementAndGet();
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }
}
