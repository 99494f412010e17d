package io.filcdn.service.tracing;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.quarkus.opentelemetry.runtime.AutoConfiguredOpenTelemetrySdkBuilderCustomizer;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The setting up of {@link TraceSampler} around the sampler that a deployment configures. */
@Singleton
final class SamplerSetup implements AutoConfiguredOpenTelemetrySdkBuilderCustomizer {

  /** The service that edges call. */
  private static final String METRICS = "filcdn-metrics";

  private final boolean isCalledByEdges;

  SamplerSetup(@ConfigProperty(name = "quarkus.application.name") String service) {
    this.isCalledByEdges = service.equals(METRICS);
  }

  @Override
  public void customize(AutoConfiguredOpenTelemetrySdkBuilder builder) {
    var _ =
        builder.addSamplerCustomizer(
            (configured, _) -> new TraceSampler(configured, isCalledByEdges));
  }
}
