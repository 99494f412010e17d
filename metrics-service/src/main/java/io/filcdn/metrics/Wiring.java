package io.filcdn.metrics;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.metrics.accounts.Accounts;
import io.filcdn.metrics.credits.Credits;
import io.filcdn.metrics.identity.EdgeAuthentication;
import io.filcdn.metrics.intake.LostRecordDetector;
import io.filcdn.metrics.intake.TopicFollowers;
import io.filcdn.metrics.pages.Neighbour;
import io.filcdn.metrics.pages.NeighbourResource.Neighbours;
import io.filcdn.metrics.pages.NetworkResource.NetworkView;
import io.filcdn.metrics.policies.PolicyDesk;
import io.filcdn.metrics.query.DataSetAudits;
import io.filcdn.metrics.query.History;
import io.filcdn.metrics.query.Statements;
import io.filcdn.metrics.query.UsageQueries;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.repair.DeadLetterReplay;
import io.filcdn.metrics.repair.GapAcceptance;
import io.filcdn.metrics.repair.Rebuild;
import io.filcdn.service.database.Database;
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
  Database database(DataSource dataSource) {
    return new Database(dataSource);
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
  UsageQueries usageQueries(MetricsService service) {
    return service.usageQueries();
  }

  /** A URL that cannot be one ends the start with a message. */
  @Produces
  @Singleton
  NetworkView networkView(Network network, MetricsConfig config) {
    return NetworkView.of(
        network,
        MetricsService.terms(network, config.metrics().quota()),
        config.metrics().pages().pieceUrl());
  }

  @Produces
  @Singleton
  Neighbours neighbours(MetricsConfig config) {
    MetricsConfig.Pages pages = config.metrics().pages();
    return new Neighbours(
        Neighbour.of("settlement", pages.settlementUrl()),
        Neighbour.of("indexer", pages.indexerUrl()),
        pages.orders());
  }

  @Produces
  @Singleton
  History history(MetricsService service) {
    return service.history();
  }

  @Produces
  @Singleton
  DataSetAudits dataSetAudits(MetricsService service) {
    return service.dataSetAudits();
  }

  @Produces
  @Singleton
  Statements statements(MetricsService service) {
    return service.statements();
  }

  @Produces
  @Singleton
  TopicFollowers followers(MetricsService service) {
    return service.followers();
  }

  @Produces
  @Singleton
  EdgeAuthentication edgeAuthentication(MetricsService service) {
    return service.edgeAuthentication();
  }

  @Produces
  @Singleton
  Accounts accounts(MetricsService service) {
    return service.accounts();
  }

  @Produces
  @Singleton
  PolicyDesk policies(MetricsService service) {
    return service.policies();
  }

  @Produces
  @Singleton
  Credits credits(MetricsService service) {
    return service.credits();
  }

  @Produces
  @Singleton
  LeaseDesk leaseDesk(MetricsService service) {
    return service.leaseDesk();
  }

  @Produces
  @Singleton
  LostRecordDetector lostRecordDetector(MetricsService service) {
    return service.lostRecordDetector();
  }

  @Produces
  @Singleton
  DeadLetterReplay replay(MetricsService service) {
    return service.replay();
  }

  @Produces
  @Singleton
  GapAcceptance gapAcceptance(MetricsService service) {
    return service.gapAcceptance();
  }

  @Produces
  @Singleton
  Rebuild rebuild(MetricsService service) {
    return service.rebuild();
  }
}
