package io.filcdn.retrieval.usage;

import io.filcdn.common.egress.RetrievalRecord;
import io.filcdn.common.kafka.Topic;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * The log of each retrieval on {@code filcdn.retrievals}, for analytics: above a rate only of some,
 * each of which then stands for those that were left out. Nothing waits for it: where Kafka is
 * away, records are dropped and counted.
 */
public final class RetrievalLog implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(RetrievalLog.class);

  private final BestEffortProducer producer;
  private final Bucket rate;
  private final AtomicLong leftOut = new AtomicLong();

  /**
   * @param recordsPerSecond above which records are sampled
   */
  public RetrievalLog(Map<String, Object> kafka, long recordsPerSecond) {
    this(
        new BestEffortProducer(kafka, "filcdn-retrievals", Topic.RETRIEVALS),
        recordsPerSecond,
        TimeMeter.SYSTEM_NANOTIME);
  }

  RetrievalLog(BestEffortProducer producer, long recordsPerSecond, TimeMeter clock) {
    this.producer = producer;
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

  /** The number of records that could not be sent. */
  public long dropped() {
    return producer.dropped();
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

  /**
   * Writes a record; after the end it counts as dropped. Never blocks, never fails.
   *
   * @param trace the retrieval's span
   */
  public void write(RetrievalRecord record, SpanContext trace) {
    LOG.debugf(
        "%s %s %d %s %s bytes in %d us",
        record.payer(),
        record.pieceCid(),
        record.status(),
        record.cache().map(Object::toString).or(record::error).orElse("-"),
        record.bytes(),
        record.ttlbMicros());
    producer.send(record.payer().hex(), record, trace);
  }

  @Override
  public void close() {
    producer.close();
  }
}
