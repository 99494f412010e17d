package io.filcdn.indexer.health;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/**
 * The health checks. Liveness asks only whether the service's own threads live; readiness whether
 * the index advances, and whether it is published.
 */
final class HealthChecks {

  @Produces
  @Singleton
  @Liveness
  HealthCheck threads(RunningIndexer indexer) {
    return () -> HealthCheckResponse.named("threads").status(indexer.isAlive()).build();
  }

  @Produces
  @Singleton
  @Readiness
  HealthCheck chain(Progress progress, Freshness freshness) {
    return () -> {
      Progress.Snapshot now = progress.now();
      var failure = freshness.failure();
      var answer =
          HealthCheckResponse.named("chain")
              .status(failure.isEmpty())
              .withData("state", now.state().text());
      now.lagBlocks().ifPresent(lag -> answer.withData("lagBlocks", lag));
      failure.ifPresent(detail -> answer.withData("detail", detail));
      return answer.build();
    };
  }

  @Produces
  @Singleton
  @Readiness
  HealthCheck outbox(Progress progress) {
    return () -> {
      var answer =
          HealthCheckResponse.named("outbox").status(progress.publishingFailure().isEmpty());
      progress.publishingFailure().ifPresent(reason -> answer.withData("detail", reason));
      return answer.build();
    };
  }
}
