package io.filcdn.stack;

import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.StackFailure;
import io.filcdn.testing.process.StackProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The watch over the processes of a stack. One that ends is started again, but not for ever; when
 * the chain ends, which may have lost what others know of it, so does the stack, and so it does
 * where a service says at the start of the stack that it cannot start.
 */
final class Watch {

  /** The number of times that one process may end within {@link #WINDOW}. */
  private static final int MOST_ENDS = 5;

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int SHOWN_LINES = 10;
  private static final String NOT_STARTED = " does not start: ";
  private static final String SUPERVISOR = "supervisor";
  private static final String SUPERVISOR_LOG = "up";

  private final DataFolder data;
  private final StackProcesses processes;
  private final Console console;
  private final StackFile stack;
  private final Map<String, Starter> starters;

  /** Bounded by the number of processes: each is in it once at most. */
  private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

  private final Map<String, Deque<Instant>> ends = new HashMap<>();
  private boolean starting = true;

  /** A way to start a process of the stack again. */
  interface Starter {

    /**
     * Starts it.
     *
     * @throws StackFailure where it cannot be started
     */
    ProcessHandle start() throws IOException;
  }

  /**
   * @param starters of the processes that are started again, by their names
   */
  Watch(
      DataFolder data,
      StackProcesses processes,
      Console console,
      StackFile stack,
      Map<String, Starter> starters) {
    this.data = data;
    this.processes = processes;
    this.console = console;
    this.stack = stack;
    this.starters = Map.copyOf(starters);
  }

  /** Begins with all processes that run now. */
  void begin() {
    StackProcesses.ALL.stream()
        .filter(name -> !name.equals("chain") || stack.isDevnet())
        .forEach(this::watch);
  }

  /** Tells scripts which processes the stack has, once its start is over. */
  void publish() throws IOException {
    starting = false;
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
   * Starts again what ended.
   *
   * @param wait how long to wait for the end of one
   * @throws StackFailure where the stack cannot go on
   */
  void tend(Duration wait) throws IOException, InterruptedException {
    String name = ended.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
    if (name == null || processes.isStopping()) {
      return;
    }
    Starter starter = starters.get(name);
    if (starter == null) {
      throw new StackFailure(
          "%s ended, and with it the stack: %s; its log is %s"
              .formatted(name, cause(name), data.log(name)));
    }
    if (Files.deleteIfExists(data.restartFile(name))) {
      console.say("%s is restarted, as asked.".formatted(name));
      start(name, starter);
    } else {
      restart(name, starter);
    }
  }

  private String cause(String name) {
    return data.cause(name).orElse("it said nothing");
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

  private void restart(String name, Starter starter) throws IOException {
    if (starting && cause(name).contains(name + NOT_STARTED)) {
      throw new StackFailure("%s; its log is %s".formatted(cause(name), data.log(name)));
    }
    console.say("%s ended: %s".formatted(name, cause(name)));
    console.say("The last it said, in %s:".formatted(data.log(name)));
    data.lastLines(name, SHOWN_LINES).forEach(line -> console.say("  | " + line));
    Deque<Instant> times = ends.computeIfAbsent(name, _ -> new ArrayDeque<>());
    times.addLast(console.now());
    times.removeIf(time -> time.isBefore(console.now().minus(WINDOW)));
    if (times.size() >= MOST_ENDS) {
      throw new StackFailure(
          "%s ended %d times within %d s, so the stack stops: %s; its log is %s"
              .formatted(name, times.size(), WINDOW.toSeconds(), cause(name), data.log(name)));
    }
    start(name, starter);
  }

  private void start(String name, Starter starter) throws IOException {
    ProcessHandle process;
    try {
      process = starter.start();
    } catch (StackFailure | UncheckedIOException e) {
      if (processes.isStopping() || processes.running(name).isPresent()) {
        throw e;
      }
      // it ended while it started, which is one more end
      console.say(String.valueOf(e.getMessage()));
      ended.add(name);
      return;
    }
    console.say("%s runs again, as process %d.".formatted(name, process.pid()));
    watch(name);
    if (!starting) {
      publish();
    }
  }
}
