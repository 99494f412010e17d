package io.filcdn.settlement.intake;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** The health of reading topics: alive while the threads are. */
@Liveness
@Singleton
final class IntakeHealth implements HealthCheck {

  private final Intake intake;

  IntakeHealth(Intake intake) {
    this.intake = intake;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("threads that read topics").status(intake.isAlive()).build();
  }
}
