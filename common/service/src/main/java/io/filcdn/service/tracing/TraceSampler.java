package io.filcdn.service.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/**
 * The configured sampler, but for two things. A call that nothing traced makes, as polls of a
 * database do, begins no trace. And a stranger does not decide that his request is traced: it is
 * chosen like one that names no trace. Edges do for the calls that they make of metrics.
 */
final class TraceSampler implements Sampler {

  private static final String CALLS_OF_EDGES = "/internal/";
  private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");

  private final Sampler configured;
  private final boolean isCalledByEdges;

  /**
   * @param isCalledByEdges whether calls of edges come here
   */
  TraceSampler(Sampler configured, boolean isCalledByEdges) {
    this.configured = configured;
    this.isCalledByEdges = isCalledByEdges;
  }

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    SpanContext from = Span.fromContext(parent).getSpanContext();
    if (!from.isValid() && kind == SpanKind.CLIENT) {
      return SamplingResult.drop();
    }
    if (from.isRemote() && kind == SpanKind.SERVER && !isOfAnEdge(attributes)) {
      // a number of our own: that of the trace was chosen by him too
      return configured.shouldSample(
          Context.root(), IdGenerator.random().generateTraceId(), name, kind, attributes, links);
    }
    return configured.shouldSample(parent, traceId, name, kind, attributes, links);
  }

  private boolean isOfAnEdge(Attributes attributes) {
    String path = attributes.get(PATH);
    return isCalledByEdges && path != null && path.startsWith(CALLS_OF_EDGES);
  }

  @Override
  public String getDescription() {
    return "FilCDN{" + configured.getDescription() + "}";
  }
}
