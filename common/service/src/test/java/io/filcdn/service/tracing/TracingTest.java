package io.filcdn.service.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TracingTest {

  private final List<SpanData> ended = new ArrayList<>();

  @BeforeEach
  void on() {
    GlobalOpenTelemetry.resetForTest();
    GlobalOpenTelemetry.set(
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(new Kept()))
                    .build())
            .build());
  }

  @AfterEach
  void off() {
    GlobalOpenTelemetry.resetForTest();
  }

  private final class Kept implements SpanExporter {

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      ended.addAll(spans);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  private static SpanContext cause(int number, TraceFlags flags) {
    return SpanContext.create(
        "%032x".formatted(number), "%016x".formatted(number), flags, TraceState.getDefault());
  }

  private static SpanContext cause(int number) {
    return cause(number, TraceFlags.getSampled());
  }

  @Test
  void workOfOneCauseIsInItsTrace() {
    SpanContext inside =
        Tracing.within("work", SpanKind.CONSUMER, List.of(cause(1)), Tracing::current);

    assertThat(inside.getTraceId()).isEqualTo(cause(1).getTraceId());
    assertThat(Tracing.current().isValid()).isFalse();
    assertThat(ended)
        .singleElement()
        .satisfies(
            span -> {
              assertThat(span.getSpanContext()).isEqualTo(inside);
              assertThat(span.getParentSpanId()).isEqualTo(cause(1).getSpanId());
              assertThat(span.getLinks()).isEmpty();
            });
  }

  @Test
  void workOfManyCausesIsInTheFirstOnesTraceAndLinkedToTheOthers() {
    List<SpanContext> causes = IntStream.rangeClosed(1, 100).mapToObj(TracingTest::cause).toList();

    Tracing.within("work", SpanKind.CONSUMER, causes, () -> 1);

    assertThat(ended.getFirst().getParentSpanId()).isEqualTo(causes.getFirst().getSpanId());
    assertThat(ended.getFirst().getLinks())
        .extracting(LinkData::getSpanContext)
        .isEqualTo(causes.subList(1, 1 + Tracing.MOST_LINKS));
  }

  @Test
  void workThatATurnDoesForARequestIsLinkedToTheTurn() {
    SpanContext turn =
        Tracing.begin(
            "turn",
            () -> {
              Tracing.within("report", SpanKind.INTERNAL, List.of(cause(1)), () -> 1);
              return Tracing.current();
            });

    assertThat(ended.getFirst().getLinks())
        .extracting(LinkData::getSpanContext)
        .containsExactly(turn);
  }

  @Test
  void aFailureIsTheSpansToo() {
    assertThatThrownBy(
            () ->
                Tracing.begin(
                    "work",
                    () -> {
                      throw new IllegalStateException("with a secret");
                    }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(ended.getFirst().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(ended.getFirst().toString()).doesNotContain("secret");
  }

  @Test
  void whatIsSampledIsToldAndNothingElse() {
    Map<String, String> told = new HashMap<>();
    Tracing.tell(cause(1, TraceFlags.getDefault()), told::put);
    assertThat(told).isEmpty();

    Tracing.tell(cause(1), told::put);

    assertThat(told)
        .containsExactly(
            Map.entry(
                "traceparent",
                "00-%s-%s-01".formatted(cause(1).getTraceId(), cause(1).getSpanId())));
  }

  @Test
  void spansWaitOnceForTheirWorkAndThoseOverTheMostAreLeftOut() {
    TraceLinks links = new TraceLinks();
    links.add(cause(9, TraceFlags.getDefault()));
    assertThat(links.take()).isEmpty();
    links.addAll(List.of(cause(2), cause(1), cause(2)));
    assertThat(links.take()).containsExactly(cause(2), cause(1));

    IntStream.rangeClosed(1, 1_000).mapToObj(TracingTest::cause).forEach(links::add);

    assertThat(links.take()).hasSize(Tracing.MOST_LINKS);
    assertThat(links.take()).isEmpty();
  }

  @Test
  void whereNothingIsTracedNothingIsAllocated() {
    TraceLinks links = new TraceLinks();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Tracing.Work<TraceLinks, RuntimeException> work = () -> links;
    long spans = steps(links, work, 10_000);

    long before = threads.getCurrentThreadAllocatedBytes();
    spans += steps(links, work, 100_000);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(spans).isZero();
    // what measuring takes by itself
    assertThat(allocated).isLessThan(10_000);
  }

  /** The steps of a request, and of a batch, of which nothing is traced. */
  private static long steps(
      TraceLinks links, Tracing.Work<TraceLinks, RuntimeException> work, int times) {
    long spans = 0;
    for (int i = 0; i < times; i++) {
      links.add(Tracing.current());
      Tracing.step("step", SpanKind.INTERNAL, work);
      spans += Tracing.within("work", SpanKind.INTERNAL, links.take(), work).take().size();
    }
    return spans;
  }
}
