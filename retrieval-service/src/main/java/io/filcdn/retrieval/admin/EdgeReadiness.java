package io.filcdn.retrieval.admin;

import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** The readiness of the edge: whether it can answer requests, and what it waits for. */
@Readiness
public class EdgeReadiness implements HealthCheck {

  private final RunningEdge edge;

  @Inject
  EdgeReadiness(RunningEdge edge) {
    this.edge = edge;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer =
        HealthCheckResponse.named("edge").status(edge.ready()).withData("missing", edge.missing());
    edge.diskTrouble()
        .ifPresent(why -> answer.withData("cache", "pieces pass through unstored: " + why));
    return answer.build();
  }
}
