package io.filcdn.service.monitoring;

import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The filters that every metric of a service passes. */
@Singleton
class MetricFilters {

  @Produces
  @Singleton
  MeterFilter descriptions() {
    return MetricDescriptions.read(Thread.currentThread().getContextClassLoader());
  }

  @Produces
  @Singleton
  MeterFilter kafkaClients(MonitoringConfig config) {
    return config.kafkaClients() ? new MeterFilter() {} : MeterFilter.denyNameStartsWith("kafka");
  }
}
