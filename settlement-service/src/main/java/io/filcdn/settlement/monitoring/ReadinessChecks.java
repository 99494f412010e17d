package io.filcdn.settlement.monitoring;

import io.filcdn.settlement.guard.ChainCheck;
import io.filcdn.settlement.intake.TopicProgress;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * The conditions that must hold before settlement can do its work. None of them is a reason to
 * restart.
 */
@Singleton
final class ReadinessChecks {

  private final ChainCheck chainCheck;
  private final TopicProgress topics;

  ReadinessChecks(ChainCheck chainCheck, TopicProgress topics) {
    this.chainCheck = chainCheck;
    this.topics = topics;
  }

  @Produces
  @Singleton
  @Readiness
  HealthCheck chain() {
    return () -> answer("chain", chainCheck.fault());
  }

  @Produces
  @Singleton
  @Readiness
  HealthCheck topics() {
    return () -> answer("topics", topics.lag());
  }

  private static HealthCheckResponse answer(String name, Optional<String> missing) {
    var response = HealthCheckResponse.named(name).status(missing.isEmpty());
    missing.ifPresent(line -> response.withData("missing", line));
    return response.build();
  }
}
