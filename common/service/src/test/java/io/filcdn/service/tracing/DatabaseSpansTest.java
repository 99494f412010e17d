package io.filcdn.service.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatabaseSpansTest {

  private static Optional<Boolean> found(Map<String, String> settings) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withSources(new PropertiesConfigSource(settings, "test", 100))
            .withInterceptors(new DatabaseSpans())
            .build();
    return config.getOptionalValue("quarkus.datasource.jdbc.telemetry.enabled", Boolean.class);
  }

  @Test
  void statementsAreSpansWhereThereAreTraces() {
    assertThat(found(Map.of("quarkus.otel.sdk.disabled", "false"))).contains(true);
    assertThat(found(Map.of("quarkus.otel.sdk.disabled", "true"))).contains(false);
    assertThat(found(Map.of())).contains(false);
  }

  @Test
  void whoSaysSoHasItOtherwise() {
    assertThat(
            found(
                Map.of(
                    "quarkus.otel.sdk.disabled", "false",
                    "quarkus.datasource.jdbc.telemetry.enabled", "false")))
        .contains(false);
  }
}
