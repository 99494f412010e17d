package io.filcdn.service.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceSamplerTest {

  /** One that a sampler by ratio takes whatever the ratio is. */
  private static final String LOWEST_ID = "00000000000000000000000000000001";

  private static final Sampler NONE_OF_ITS_OWN =
      Sampler.parentBased(Sampler.traceIdRatioBased(0.000001));

  private static SamplingDecision decision(
      Sampler configured, Context parent, SpanKind kind, String path) {
    return decision(configured, true, parent, kind, path);
  }

  private static SamplingDecision decision(
      Sampler configured, boolean isCalledByEdges, Context parent, SpanKind kind, String path) {
    return new TraceSampler(configured, isCalledByEdges)
        .shouldSample(
            parent,
            LOWEST_ID,
            "GET",
            kind,
            Attributes.of(AttributeKey.stringKey("url.path"), path),
            List.of())
        .getDecision();
  }

  private static Context sampledAtAClient() {
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.createFromRemoteParent(
                    LOWEST_ID,
                    "0000000000000001",
                    TraceFlags.getSampled(),
                    TraceState.getDefault())));
  }

  @Test
  void aStrangerDoesNotDecideThatHisRequestIsTraced() {
    assertThat(decision(NONE_OF_ITS_OWN, sampledAtAClient(), SpanKind.SERVER, "/bafk"))
        .isEqualTo(SamplingDecision.DROP);
  }

  @Test
  void aRequestThatNamesATraceIsChosenLikeAnother() {
    assertThat(
            decision(
                Sampler.parentBased(Sampler.alwaysOn()),
                sampledAtAClient(),
                SpanKind.SERVER,
                "/bafk"))
        .isEqualTo(SamplingDecision.RECORD_AND_SAMPLE);
  }

  @Test
  void anEdgeDecidesThatItsCallIsTraced() {
    assertThat(
            decision(NONE_OF_ITS_OWN, sampledAtAClient(), SpanKind.SERVER, "/internal/v1/leases"))
        .isEqualTo(SamplingDecision.RECORD_AND_SAMPLE);
  }

  @Test
  void whereEdgesDoNotCallTheirPathsAreLikeOthers() {
    assertThat(
            decision(
                NONE_OF_ITS_OWN, false, sampledAtAClient(), SpanKind.SERVER, "/internal/v1/leases"))
        .isEqualTo(SamplingDecision.DROP);
  }

  @Test
  void aRecordOfKafkaDecidesThatItsBatchIsTraced() {
    assertThat(decision(NONE_OF_ITS_OWN, sampledAtAClient(), SpanKind.CONSUMER, ""))
        .isEqualTo(SamplingDecision.RECORD_AND_SAMPLE);
  }

  @Test
  void aCallThatNothingTracedMakesBeginsNoTrace() {
    assertThat(decision(Sampler.alwaysOn(), Context.root(), SpanKind.CLIENT, ""))
        .isEqualTo(SamplingDecision.DROP);
    assertThat(decision(Sampler.alwaysOn(), Context.root(), SpanKind.INTERNAL, ""))
        .isEqualTo(SamplingDecision.RECORD_AND_SAMPLE);
  }
}
