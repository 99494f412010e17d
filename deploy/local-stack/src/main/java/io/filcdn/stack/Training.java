package io.filcdn.stack;

import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.Patience;
import io.filcdn.testing.process.StackFailure;
import io.filcdn.testing.process.StackProcesses;
import java.time.Duration;
import java.util.List;

/**
 * The training of {@code ./filcdn up --train}: runs each service once, one after the other, so that
 * Java leaves an AOT cache (JEP 514) with which the services of this build start faster.
 */
final class Training {

  /** Java puts the cache together when the service has ended. */
  private static final Duration END_LIMIT = Duration.ofMinutes(3);

  private final StackProcesses processes;
  private final Console console;
  private final Patience patience;
  private final Http http;

  Training(StackProcesses processes, Console console, Patience patience, Http http) {
    this.processes = processes;
    this.console = console;
    this.patience = patience;
    this.http = http;
  }

  void of(List<Service> services) throws Exception {
    for (Service service : services) {
      console.step("training " + service.name(), () -> train(service));
    }
  }

  private boolean train(Service service) {
    ProcessHandle process = service.startTraining(processes);
    boolean ready =
        patience.until(
            () -> service.health(http).ready() || !process.isAlive(),
            () -> process.info().totalCpuDuration(),
            service::name);
    process.destroy();
    if (!ready || !StackProcesses.end(List.of(process), END_LIMIT) || !service.isTrained()) {
      throw new StackFailure(
          "%s left no AOT cache at %s; start without --train"
              .formatted(service.name(), service.aotCache()));
    }
    return true;
  }
}
