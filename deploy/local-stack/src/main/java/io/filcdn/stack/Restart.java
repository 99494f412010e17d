package io.filcdn.stack;

import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.Patience;
import io.filcdn.testing.process.StackFailure;
import io.filcdn.testing.process.StackLock;
import io.filcdn.testing.process.StackProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The command {@code ./filcdn restart}: stops one service of a running stack, whose supervisor
 * starts it again, as it would where the service had ended by itself; a file beside the pid files
 * says that it was asked for.
 */
final class Restart {

  private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

  private final DataFolder data;
  private final StackProcesses processes;
  private final Console console;
  private final Http http;

  Restart(DataFolder data, Console console, Http http) {
    this.data = data;
    this.processes = new StackProcesses(data);
    this.console = console;
    this.http = http;
  }

  /**
   * Restarts a service and waits until it is ready.
   *
   * @throws StackFailure where there is none of that name, or no stack, or it does not get ready
   */
  void run(String name) throws IOException {
    if (!StackFile.SERVICES.contains(name)) {
      throw new StackFailure(
          "restart: expected one of %s, found %s"
              .formatted(String.join(", ", StackFile.SERVICES), name));
    }
    ProcessHandle supervisor =
        StackLock.supervisor(data).running().orElseThrow(() -> Status.notReady(data));
    StackFile stack = StackFile.read(data).orElseThrow(() -> Status.notReady(data));
    Optional<ProcessHandle> before = processes.running(name);
    Files.writeString(data.restartFile(name), "");
    before.ifPresent(Restart::stop);
    Patience patience = new Patience(console, Optional.empty());
    boolean ready =
        patience.until(
            () -> isAnew(name, before) && isReady(stack, name) || !supervisor.isAlive(),
            () -> processes.running(name).flatMap(process -> process.info().totalCpuDuration()),
            () -> name);
    if (!ready || !supervisor.isAlive()) {
      throw new StackFailure(
          "%s is not ready again %s: %s; its log is %s"
              .formatted(
                  name,
                  ready ? "as the stack ended" : patience.limit(),
                  data.cause(name).orElse("it said nothing"),
                  data.log(name)));
    }
    console.say(
        "%s runs again, as process %d, and is ready after %s."
            .formatted(
                name,
                processes.running(name).map(ProcessHandle::pid).orElse(-1L),
                console.elapsed()));
  }

  private static void stop(ProcessHandle process) {
    process.destroy();
    if (!StackProcesses.end(List.of(process), STOP_LIMIT)) {
      process.destroyForcibly();
    }
  }

  private boolean isAnew(String name, Optional<ProcessHandle> before) {
    return processes
        .running(name)
        .filter(now -> before.stream().noneMatch(old -> old.pid() == now.pid()))
        .isPresent();
  }

  private boolean isReady(StackFile stack, String name) {
    return http.get(stack.management(name) + "/q/health/ready").isPresent();
  }
}
