package io.filcdn.stack;

import io.filcdn.stack.run.Console;
import io.filcdn.stack.run.StackFailure;
import io.filcdn.stack.run.StackProcesses;
import java.time.Duration;
import java.util.List;

/**
 * {@code ./filcdn up --train}: runs each service once, one after the other, so that Java leaves an
 * AOT cache (JEP 514) with which the services of this build start faster.
 */
final class Training {

  /** Java puts the cache together when the service has ended. */
  private static final Duration END_LIMIT = Duration.ofMinutes(3);

  private final StackProcesses processes;
  private final Readiness readiness;
  private final Console console;

  Training(StackProcesses processes, Readiness readiness, Console console) {
    this.processes = processes;
    this.readiness = readiness;
    this.console = console;
  }

  void of(List<Service> services) throws Exception {
    for (Service service : services) {
      console.step("training " + service.name(), () -> train(service));
    }
  }

  private boolean train(Service service) {
    ProcessHandle process = service.startTraining(processes);
    readiness.await(List.of(service));
    process.destroy();
    if (!StackProcesses.end(List.of(process), END_LIMIT) || !service.isTrained()) {
      throw new StackFailure(
          "%s left no AOT cache at %s; start without --train"
              .formatted(service.name(), service.aotCache()));
    }
    return true;
  }
}
