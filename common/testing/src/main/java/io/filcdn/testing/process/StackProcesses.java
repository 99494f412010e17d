package io.filcdn.testing.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The processes of one stack. Each is known by a pid file, so that they can be stopped by whoever
 * comes next when their supervisor is gone.
 */
public final class StackProcesses {

  /** The environment variable with the operator's private key, for the one process that signs. */
  public static final String OPERATOR_KEY = "FILCDN_OPERATOR_KEY";

  /**
   * The order in which processes are stopped: the four services at once, then what they stand on.
   */
  private static final List<List<String>> STOPPED_IN_ORDER =
      List.of(
          List.of("retrieval", "indexer", "metrics", "settlement"),
          List.of("kafka"),
          List.of("postgres"),
          List.of("chain"));

  /** The names of all processes that a stack can have. */
  public static final List<String> ALL = STOPPED_IN_ORDER.stream().flatMap(List::stream).toList();

  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  private final DataFolder data;
  private final Duration stopLimit;

  @GuardedBy("this")
  private boolean stopping;

  public StackProcesses(DataFolder data) {
    this(data, STOP_LIMIT);
  }

  StackProcesses(DataFolder data, Duration stopLimit) {
    this.data = data;
    this.stopLimit = stopLimit;
  }

  /**
   * Starts a process whose output goes to a fresh log. It does not hear Ctrl-C, which a terminal
   * sends to all: it is stopped when its turn comes.
   *
   * @param environment added to this process's own, of which the operator's key is not passed on
   */
  public synchronized ProcessHandle start(
      String name, List<String> command, Map<String, String> environment) {
    if (stopping) {
      throw new StackFailure("%s is not started, as the stack is being stopped".formatted(name));
    }
    Path log = data.freshLog(name);
    List<String> deaf =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "filcdn"));
    deaf.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(deaf)
            .directory(data.root().toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(log.toFile());
    builder.environment().remove(OPERATOR_KEY);
    builder.environment().putAll(environment);
    try {
      ProcessHandle process = builder.start().toHandle();
      adopt(name, process);
      return process;
    } catch (IOException e) {
      throw new StackFailure("%s cannot be started: %s".formatted(name, e.getMessage()), e);
    }
  }

  /** Takes over a process that something else started: it is stopped with the others. */
  public synchronized void adopt(String name, ProcessHandle process) {
    pidFile(name).write(process);
  }

  /** The process of that name, where it runs. */
  public Optional<ProcessHandle> running(String name) {
    return pidFile(name).running();
  }

  /** The names of those that run, first those that are stopped first. */
  public List<String> running() {
    return ALL.stream().filter(name -> running(name).isPresent()).toList();
  }

  /** True where they are being stopped, so that the end of one is no news. */
  public synchronized boolean isStopping() {
    return stopping;
  }

  /** Stops all, and starts none any more. */
  public void stopForGood() {
    synchronized (this) {
      stopping = true;
    }
    stop();
  }

  /** Stops those that run: kindly, and by force where that takes too long. */
  public void stop() {
    for (List<String> wave : STOPPED_IN_ORDER) {
      List<ProcessHandle> processes =
          wave.stream().map(this::running).flatMap(Optional::stream).toList();
      processes.forEach(ProcessHandle::destroy);
      if (!end(processes, stopLimit)) {
        List<ProcessHandle> stubborn =
            processes.stream()
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process)))
                .toList();
        stubborn.forEach(ProcessHandle::destroyForcibly);
        end(stubborn, KILL_LIMIT);
      }
      wave.forEach(name -> pidFile(name).delete());
    }
  }

  /** Waits for the end of all; whether it came in time. */
  public static boolean end(List<ProcessHandle> processes, Duration limit) {
    CompletableFuture<?>[] ends =
        processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(ends)
        .completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
        .join();
    return processes.stream().noneMatch(ProcessHandle::isAlive);
  }

  private PidFile pidFile(String name) {
    return new PidFile(data.pidFile(name));
  }
}
