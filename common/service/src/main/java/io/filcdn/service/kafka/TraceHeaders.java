package io.filcdn.service.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.service.tracing.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** The headers of Kafka records that tell of a trace (W3C Trace Context). */
public final class TraceHeaders {

  private static final TextMapGetter<Headers> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
          return Arrays.stream(headers.toArray()).map(Header::key).toList();
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String key) {
          Header last = Objects.requireNonNull(headers).lastHeader(key);
          return last == null || last.value() == null ? null : new String(last.value(), UTF_8);
        }
      };

  private TraceHeaders() {}

  /** Writes that a record comes of a span; of one that is not sampled nothing. */
  public static void write(ProducerRecord<?, ?> record, SpanContext span) {
    Tracing.tell(span, (name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
  }

  /** The span that a record comes of; an invalid one where its headers name none. */
  static SpanContext read(Headers headers) {
    String told = GETTER.get(headers, "traceparent");
    return told == null
        ? SpanContext.getInvalid()
        : Span.fromContext(
                W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, GETTER))
            .getSpanContext();
  }

  /** The sampled spans that records come of, each once; some, where there are many. */
  static List<SpanContext> of(List<SourceRecord> records) {
    return records.stream()
        .map(SourceRecord::trace)
        .filter(SpanContext::isSampled)
        .distinct()
        .limit(1 + Tracing.MOST_LINKS)
        .toList();
  }
}
