package io.filcdn.stack;

import io.filcdn.stack.run.Console;
import io.filcdn.stack.run.DataFolder;
import io.filcdn.stack.run.StackFailure;
import io.filcdn.stack.run.StackProcesses;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Stays with a stack that is up. A service that ends is started again, but not for ever; when what
 * the services stand on ends, so does the stack.
 */
final class Watch {

  /** How often one service may end within {@link #WINDOW}. */
  private static final int MOST_ENDS = 5;

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int SHOWN_LINES = 10;
  private static final String SUPERVISOR = "supervisor";
  private static final String SUPERVISOR_LOG = "up";

  private final DataFolder data;
  private final StackProcesses processes;
  private final Console console;
  private final StackFile stack;
  private final Map<String, Service> services = new LinkedHashMap<>();

  /** Bounded by the number of processes: each is in it once at most. */
  private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

  private final Map<String, Deque<Instant>> ends = new HashMap<>();

  Watch(
      DataFolder data,
      StackProcesses processes,
      Console console,
      StackFile stack,
      List<Service> services) {
    this.data = data;
    this.processes = processes;
    this.console = console;
    this.stack = stack;
    services.forEach(service -> this.services.put(service.name(), service));
  }

  /** Tells scripts that the stack is ready, and which processes it has. */
  void publish() throws IOException {
    Map<String, Long> pids = new LinkedHashMap<>();
    Map<String, Path> logs = new LinkedHashMap<>();
    for (String name : StackProcesses.ALL) {
      processes
          .running(name)
          .ifPresent(
              process -> {
                pids.put(name, process.pid());
                logs.put(name, data.log(name));
              });
    }
    long self = ProcessHandle.current().pid();
    if (stack.isDevnet()) {
      pids.put("provider", self);
      logs.put("provider", data.log(SUPERVISOR_LOG));
    }
    pids.put(SUPERVISOR, self);
    logs.put(SUPERVISOR, data.log(SUPERVISOR_LOG));
    stack.withProcesses(pids, logs).write(data);
  }

  /**
   * Watches all processes until this one ends.
   *
   * @throws StackFailure where the stack cannot go on
   */
  void forever() throws IOException, InterruptedException {
    StackProcesses.ALL.stream()
        .filter(name -> !name.equals("chain") || stack.isDevnet())
        .forEach(this::watch);
    while (true) {
      String name = ended.take();
      if (processes.isStopping()) {
        continue;
      }
      Service service =
          Optional.ofNullable(services.get(name))
              .orElseThrow(
                  () ->
                      new StackFailure(
                          "%s ended, and with it the stack; its log is %s"
                              .formatted(name, data.log(name))));
      restart(service);
    }
  }

  private void watch(String name) {
    processes
        .running(name)
        .ifPresentOrElse(
            process -> {
              var _ = process.onExit().thenRun(() -> ended.add(name));
            },
            () -> ended.add(name));
  }

  private void restart(Service service) throws IOException {
    String name = service.name();
    console.say("%s ended. The last it said, in %s:".formatted(name, data.log(name)));
    data.lastLines(name, SHOWN_LINES).forEach(line -> console.say("  | " + line));
    Deque<Instant> times = ends.computeIfAbsent(name, _ -> new ArrayDeque<>());
    times.addLast(console.now());
    times.removeIf(time -> time.isBefore(console.now().minus(WINDOW)));
    if (times.size() >= MOST_ENDS) {
      throw new StackFailure(
          "%s ended %d times within %d s, so the stack stops; its log is %s"
              .formatted(name, times.size(), WINDOW.toSeconds(), data.log(name)));
    }
    ProcessHandle process = service.start(processes);
    console.say("%s runs again, as process %d.".formatted(name, process.pid()));
    watch(name);
    publish();
  }
}
