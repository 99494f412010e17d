package io.filcdn.service.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class MetricFiltersTest {

  private final MetricFilters filters = new MetricFilters();

  private MeterRegistry registry(boolean kafkaClients) {
    MeterRegistry registry = new SimpleMeterRegistry();
    registry.config().meterFilter(filters.descriptions());
    registry.config().meterFilter(filters.kafkaClients(() -> kafkaClients));
    return registry;
  }

  @Test
  void metricsAreDescribedByTheNameThatPrometheusStores() {
    MeterRegistry registry = registry(false);

    Meter timer = registry.timer("filcdn.intake.batch", "topic", "a");
    Meter counter = registry.counter("filcdn.intake.failures", "topic", "a");
    Meter unknown = registry.counter("filcdn.made.up");

    assertThat(timer.getId().getDescription()).isEqualTo("one batch, from read to committed");
    assertThat(timer.getId().getTag("topic")).isEqualTo("a");
    assertThat(counter.getId().getDescription())
        .isEqualTo("batches that failed and are read again");
    assertThat(unknown.getId().getDescription()).isNull();
  }

  @Test
  void seriesOfKafkasClientsAreThereWhereAskedFor() {
    MeterRegistry usual = registry(false);
    MeterRegistry more = registry(true);

    usual.counter("kafka.consumer.fetch.manager.records.lag");
    more.counter("kafka.consumer.fetch.manager.records.lag");

    assertThat(usual.getMeters()).isEmpty();
    assertThat(more.getMeters()).hasSize(1);
  }
}
