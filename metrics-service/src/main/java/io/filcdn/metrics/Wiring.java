package io.filcdn.metrics;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.metrics.query.UsageQueries;
import io.filcdn.metrics.query.DataSetAudits;
import io.filcdn.metrics.query.History;
import io.filcdn.metrics.query.Statements;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The wiring of the service with Quarkus: what is configured and injected, what starts and stops.
 */
@ApplicationScoped
class Wiring {

  void start(@Observes StartupEvent event, MetricsService service) {
    service.start();
  }

  void stop(@Observes ShutdownEvent event, MetricsService service) {
    service.close();
  }

  /** A broken file ends the start with its message, and with nothing else. */
  @Produces
  @Singleton
  Network network(MetricsConfig config) {
    return NetworkFile.read(config.network());
  }

  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  MetricsService service(
      Network network,
      MetricsConfig config,
      DataSource dataSource,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      Clock clock,
      MeterRegistry registry) {
    return new MetricsService(network, config.metrics(), dataSource, kafka, clock, registry);
  }

  @Produces
  @Singleton
  UsageQueries answers(MetricsService service) {
    return service.usageQueries();
  }

  @Produces
  @Singleton
  History history(MetricsService service) {
    return service.history();
  }

  @Produces
  @Singleton
  DataSetAudits audits(MetricsService service) {
    return service.dataSetAudits();
  }

  @Produces
  @Singleton
  Statements statements(MetricsService service) {
    return service.statements();
  }
}
