package io.filcdn.service.tracing;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Spans of work that goes on where a request, or a turn of a service, began a trace. Whether one is
 * traced is decided where it begins. Work of which no cause is traced makes no span and allocates
 * nothing, be it for the share that is sampled or because traces are off.
 */
public final class Tracing {

  /** The most spans that one span is linked to. */
  public static final int MOST_LINKS = 64;

  private Tracing() {}

  /**
   * Work that can fail.
   *
   * @param <T> what comes of it
   * @param <E> by which it fails
   */
  @FunctionalInterface
  public interface Work<T, E extends Exception> {
    T run() throws E;
  }

  /** The span that this thread works for; an invalid one where that is not traced. */
  public static SpanContext current() {
    SpanContext span = Span.current().getSpanContext();
    return span.isSampled() ? span : SpanContext.getInvalid();
  }

  /** Does work as a trace of its own, where the sampler chooses it. */
  public static <T, E extends Exception> T begin(String name, Work<T, E> work) throws E {
    return in(tracer().spanBuilder(name).setNoParent().startSpan(), work);
  }

  /**
   * Does work that some spans have caused, as a child of the first, so that its trace goes on. To
   * the others it is linked, and to what this thread works for besides.
   *
   * @param causes sampled ones; without any the work is done in the span that there is
   */
  public static <T, E extends Exception> T within(
      String name, SpanKind kind, List<SpanContext> causes, Work<T, E> work) throws E {
    if (causes.isEmpty()) {
      return work.run();
    }
    SpanContext parent = causes.getFirst();
    SpanBuilder span =
        tracer()
            .spanBuilder(name)
            .setSpanKind(kind)
            .setParent(Context.root().with(Span.wrap(parent)));
    causes.stream().skip(1).limit(MOST_LINKS).forEach(span::addLink);
    SpanContext here = current();
    if (here.isValid() && !causes.contains(here)) {
      span.addLink(here);
    }
    return in(span.startSpan(), work);
  }

  /** Does a step of what this thread works for; nothing but the step where that is not traced. */
  public static <T, E extends Exception> T step(String name, SpanKind kind, Work<T, E> work)
      throws E {
    SpanContext here = current();
    return here.isValid() ? within(name, kind, List.of(here), work) : work.run();
  }

  /**
   * Tells of a span in the headers of W3C Trace Context; of one that is not sampled nothing.
   *
   * @param header takes a name and a value
   */
  public static void tell(SpanContext span, BiConsumer<String, String> header) {
    if (span.isSampled()) {
      W3CTraceContextPropagator.getInstance()
          .inject(
              Context.root().with(Span.wrap(span)),
              header,
              (_, name, value) -> header.accept(name, value));
    }
  }

  private static <T, E extends Exception> T in(Span span, Work<T, E> work) throws E {
    try (Scope _ = span.makeCurrent()) {
      return work.run();
    } catch (Throwable e) {
      // not its message, which can hold what others said
      span.setStatus(StatusCode.ERROR, e.getClass().getName());
      throw e;
    } finally {
      span.end();
    }
  }

  private static Tracer tracer() {
    return GlobalOpenTelemetry.getOrNoop().getTracer("io.filcdn");
  }
}
