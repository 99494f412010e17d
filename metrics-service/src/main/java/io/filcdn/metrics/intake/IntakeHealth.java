package io.filcdn.metrics.intake;

import io.filcdn.service.kafka.TopicFollower;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/**
 * The health of reading topics: alive while the threads are, ready while batches can be applied.
 */
@ApplicationScoped
class IntakeHealth {

  @Produces
  @ApplicationScoped
  @Liveness
  HealthCheck threads(TopicFollowers followers) {
    return () ->
        HealthCheckResponse.named("threads that read topics")
            .status(followers.all().stream().allMatch(TopicFollower::isAlive))
            .build();
  }

  @Produces
  @ApplicationScoped
  @Readiness
  HealthCheck batches(TopicFollowers followers) {
    return () -> {
      HealthCheckResponseBuilder answer =
          HealthCheckResponse.named("batches are applied")
              .status(followers.all().stream().allMatch(f -> f.trouble().isEmpty()));
      followers.all().forEach(f -> f.trouble().ifPresent(why -> answer.withData(f.topic(), why)));
      return answer.build();
    };
  }
}
