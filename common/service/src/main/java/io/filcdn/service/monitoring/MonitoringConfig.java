package io.filcdn.service.monitoring;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The configuration of metrics, the same in each service. */
@ConfigMapping(prefix = "filcdn.monitoring")
public interface MonitoringConfig {

  /** {@code true} also shows what Kafka's clients tell of themselves: hundreds of series. */
  @WithDefault("false")
  boolean kafkaClients();
}
