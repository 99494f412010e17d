package io.filcdn.service.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceHeadersTest {

  private static SpanContext span(int number, TraceFlags flags) {
    return SpanContext.createFromRemoteParent(
        "%032x".formatted(number), "%016x".formatted(number), flags, TraceState.getDefault());
  }

  private static SourceRecord received(ProducerRecord<String, String> sent) {
    ConsumerRecord<String, String> record =
        new ConsumerRecord<>(sent.topic(), 0, 0, sent.key(), sent.value());
    sent.headers().forEach(record.headers()::add);
    return SourceRecord.of(record);
  }

  private static ProducerRecord<String, String> record() {
    return new ProducerRecord<>("topic", "key", "value");
  }

  @Test
  void whatIsWrittenIsRead() {
    ProducerRecord<String, String> sent = record();

    TraceHeaders.write(sent, span(7, TraceFlags.getSampled()));

    assertThat(received(sent).trace()).isEqualTo(span(7, TraceFlags.getSampled()));
  }

  @Test
  void ofWhatIsNotSampledNothingIsWritten() {
    ProducerRecord<String, String> sent = record();

    TraceHeaders.write(sent, span(7, TraceFlags.getDefault()));

    assertThat(sent.headers()).isEmpty();
    assertThat(received(sent).trace().isValid()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "00-zz-zz-01", "99999999999999999999999999999999999999"})
  void whatIsNoTraceIsNone(String header) {
    ProducerRecord<String, String> sent = record();
    sent.headers().add("traceparent", header.getBytes(UTF_8));

    assertThat(received(sent).trace().isValid()).isFalse();
  }

  @Test
  void aBatchComesOfSomeOfItsRecordsSpans() {
    assertThat(
            TraceHeaders.of(
                IntStream.range(0, 1_000)
                    .mapToObj(
                        number -> {
                          ProducerRecord<String, String> sent = record();
                          TraceHeaders.write(sent, span(1 + number / 2, TraceFlags.getSampled()));
                          return received(sent);
                        })
                    .toList()))
        .hasSize(65)
        .doesNotHaveDuplicates();
  }
}
