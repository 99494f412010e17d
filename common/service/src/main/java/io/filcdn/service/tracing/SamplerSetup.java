package io.filcdn.service.tracing;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.quarkus.opentelemetry.runtime.AutoConfiguredOpenTelemetrySdkBuilderCustomizer;
import jakarta.inject.Singleton;

/** The setting up of {@link TraceSampler} around the sampler that a deployment configures. */
@Singleton
final class SamplerSetup implements AutoConfiguredOpenTelemetrySdkBuilderCustomizer {

  @Override
  public void customize(AutoConfiguredOpenTelemetrySdkBuilder builder) {
    var _ = builder.addSamplerCustomizer((configured, _) -> new TraceSampler(configured));
  }
}
