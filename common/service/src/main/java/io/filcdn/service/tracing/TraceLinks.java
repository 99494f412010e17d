package io.filcdn.service.tracing;

import io.opentelemetry.api.trace.SpanContext;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Spans that wait for the work that they caused, and which others cause too. Of more than can be
 * linked the later ones are left out. For any thread.
 */
public final class TraceLinks {

  private final BlockingQueue<SpanContext> waiting = new ArrayBlockingQueue<>(Tracing.MOST_LINKS);

  /** Adds a span, where it is sampled. */
  public void add(SpanContext span) {
    if (span.isSampled()) {
      var _ = waiting.offer(span);
    }
  }

  /** Adds spans, those that are sampled. */
  public void addAll(Collection<SpanContext> spans) {
    spans.forEach(this::add);
  }

  /** Takes all that wait, each once, the first to come first. */
  public List<SpanContext> take() {
    if (waiting.isEmpty()) {
      return List.of();
    }
    Set<SpanContext> taken = new LinkedHashSet<>();
    waiting.drainTo(taken);
    return List.copyOf(taken);
  }
}
