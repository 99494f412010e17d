package io.filcdn.service.kafka;

import io.filcdn.common.identity.SignedMessage;
import io.opentelemetry.api.trace.SpanContext;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka record as it came, before anyone tried to understand it.
 *
 * @param key absent where the record has none
 * @param value absent in a tombstone; bytes that are no UTF-8 are replaced
 * @param signature its header {@link SignedMessage#EGRESS_HEADER}, in Base64; absent in what edges
 *     did not write
 * @param trace the span that it comes of, by its headers; an invalid one where they name none
 */
public record SourceRecord(
    String topic,
    int partition,
    long offset,
    @Nullable String key,
    @Nullable String value,
    @Nullable String signature,
    SpanContext trace) {

  /** A record that is part of no trace. */
  public SourceRecord(
      String topic,
      int partition,
      long offset,
      @Nullable String key,
      @Nullable String value,
      @Nullable String signature) {
    this(topic, partition, offset, key, value, signature, SpanContext.getInvalid());
  }

  /** A record that nobody signed, or of which nobody asks who did. */
  public SourceRecord(
      String topic, int partition, long offset, @Nullable String key, @Nullable String value) {
    this(topic, partition, offset, key, value, null);
  }

  /** A record as a consumer hands it over. */
  public static SourceRecord of(ConsumerRecord<String, String> record) {
    Header signature = record.headers().lastHeader(SignedMessage.EGRESS_HEADER);
    return new SourceRecord(
        record.topic(),
        record.partition(),
        record.offset(),
        record.key(),
        record.value(),
        signature == null || signature.value() == null
            ? null
            : new String(signature.value(), StandardCharsets.UTF_8),
        TraceHeaders.read(record.headers()));
  }

  @Override
  public String toString() {
    return "%s-%d@%d".formatted(topic, partition, offset);
  }
}
