package io.filcdn.retrieval.usage;

import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/**
 * The log of each retrieval on {@code filcdn.retrievals}, for analytics: above a rate only of some,
 * each of which then stands for those that were left out. Nothing waits for it: where Kafka is
 * away, records are dropped and counted.
 */
public final class RetrievalLog implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(RetrievalLog.class);

  private final Producer<String, String> producer;
  private final Bucket rate;
  private final AtomicLong leftOut = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  /**
   * @param recordsPerSecond above which records are sampled
   */
  public RetrievalLog(Map<String, Object> kafka, long recordsPerSecond) {
    this(producer(kafka), recordsPerSecond, TimeMeter.SYSTEM_NANOTIME);
  }

  RetrievalLog(Producer<String, String> producer, long recordsPerSecond, TimeMeter clock) {
    this.producer = producer;
    askForPartitions();
    this.rate =
        Bucket.builder()
            .addLimit(
                limit ->
                    limit
                        .capacity(recordsPerSecond)
                        .refillGreedy(recordsPerSecond, Duration.ofSeconds(1)))
            .withCustomTimePrecision(clock)
            .build();
  }

  /** Without knowing the topic's partitions, the first records could not be sent. */
  private void askForPartitions() {
    try {
      var _ = producer.partitionsFor(Topic.RETRIEVALS.topicName());
    } catch (KafkaException e) {
      LOG.debugf("the partitions are asked for meanwhile: %s", e);
    }
  }

  private static Producer<String, String> producer(Map<String, Object> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("client.id", "filcdn-retrievals");
    settings.put("acks", "1");
    settings.put("linger.ms", "200");
    settings.put("compression.type", "gzip");
    settings.put("buffer.memory", 8L << 20);
    // whoever calls is an event loop
    settings.put("max.block.ms", 0);
    settings.put("delivery.timeout.ms", 10_000);
    // what is known of the topic stays known however long nobody asks for a piece
    settings.put("metadata.max.idle.ms", Duration.ofDays(365).toMillis());
    settings.put("request.timeout.ms", 5_000);
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  /** The number of records that could not be sent. */
  public long dropped() {
    return dropped.get();
  }

  /**
   * The number of retrievals that the next record stands for, where one is to be written now.
   *
   * @return 0 where this retrieval is left out
   */
  public long weight() {
    if (rate.tryConsume(1)) {
      return 1 + leftOut.getAndSet(0);
    }
    leftOut.incrementAndGet();
    return 0;
  }

  /** Writes a record; after the end it counts as dropped. Never blocks, never fails. */
  public void write(RetrievalRecord record) {
    LOG.debugf(
        "%s %s %d %s %s bytes in %d us",
        record.payer(),
        record.pieceCid(),
        record.status(),
        record.cache().map(Object::toString).or(record::error).orElse("-"),
        record.bytes(),
        record.ttlbMicros());
    try {
      var _ =
          producer.send(
              new ProducerRecord<>(
                  Topic.RETRIEVALS.topicName(), record.payer().hex(), RecordJson.write(record)),
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
