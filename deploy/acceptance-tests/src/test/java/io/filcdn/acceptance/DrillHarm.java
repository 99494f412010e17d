package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillSchedule.Deed;
import io.filcdn.acceptance.DrillSchedule.Line;
import io.filcdn.acceptance.DrillSchedule.Victim;
import io.filcdn.testing.process.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * The harm of a drill to processes and lines. Who is frozen, has a full disk or a bad line is
 * relieved after a while; who ends is started again, by the supervisor or, as the second edge,
 * here.
 */
final class DrillHarm {

  /** A file may have so many bytes on a full disk: logs and databases are larger by then. */
  private static final String FULL = "65536";

  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final int OK = 200;
  private static final int LOOK_MILLIS = 200;

  private final Stack stack;
  private final AnotherEdge second;
  private final DrillLines lines;
  private final DrillClocks clocks;
  private final List<Lost> lost = new CopyOnWriteArrayList<>();
  private final Map<Victim, List<Long>> readyAfter = new ConcurrentSkipListMap<>();

  /** The end of an edge's process at which counts can be lost, by {@link System#nanoTime}. */
  record Lost(Victim edge, long at) {}

  DrillHarm(Stack stack, AnotherEdge second, DrillLines lines, DrillClocks clocks) {
    this.stack = stack;
    this.second = second;
    this.lines = lines;
    this.clocks = clocks;
  }

  /** The ends of edges so far. */
  List<Lost> lost() {
    return lost;
  }

  /** The milliseconds that services took to be ready again, each time that they were killed. */
  Map<Victim, List<Long>> readyAfter() {
    return readyAfter;
  }

  void kill(Victim victim) {
    process(victim)
        .ifPresent(
            process -> {
              process.destroyForcibly();
              process.onExit().join();
            });
    if (victim.isService()) {
      long began = System.nanoTime();
      Thread.startVirtualThread(
          () -> {
            awaitReady(victim);
            readyAfter
                .computeIfAbsent(victim, _ -> new CopyOnWriteArrayList<>())
                .add(Duration.ofNanos(System.nanoTime() - began).toMillis());
          });
    }
    if (victim.isEdge()) {
      lost.add(new Lost(victim, System.nanoTime()));
    }
    startAgain(victim);
  }

  /** Ends it politely: with what Postgres has, that does not wait for its clients to go. */
  void end(Victim victim) {
    process(victim)
        .ifPresent(process -> signal(victim == Victim.POSTGRES ? "INT" : "TERM", process));
    startAgain(victim);
  }

  /** Ends both edges politely, one after the other: the second once the first is ready again. */
  void restartEdges() {
    for (Victim edge : DrillEdges.both()) {
      ProcessHandle before = process(edge).orElseThrow();
      end(edge);
      before.onExit().join();
      awaitReady(edge);
    }
  }

  /** Puts all clocks right, and waits until all services are ready. */
  void relieve() {
    clocks.right();
    Victim.services().forEach(this::awaitReady);
  }

  /** Has a service's clock be off, and no other. */
  void shift(Victim service, int seconds) {
    clocks.right();
    clocks.shift(service, seconds);
  }

  private void startAgain(Victim victim) {
    if (victim == Victim.SECOND) {
      second.process().onExit().join();
      second.startAgain();
    }
  }

  void freeze(Victim victim, int millis) {
    List<ProcessHandle> all = withChildren(victim);
    all.forEach(process -> signal("STOP", process));
    Connection.pause(millis);
    all.forEach(process -> signal("CONT", process));
  }

  void fillDisk(Victim victim, int millis) {
    Optional<ProcessHandle> edge = process(victim);
    edge.ifPresent(process -> limitFiles(process, FULL));
    Connection.pause(millis);
    edge.ifPresent(process -> limitFiles(process, "unlimited"));
  }

  void cut(Line line, int millis) {
    FaultProxy proxy = lines.line(line);
    proxy.cut();
    Connection.pause(millis);
    proxy.mend();
  }

  void slow(Deed.Slow slow) {
    FaultProxy proxy = lines.line(slow.line());
    proxy.slowDown(slow.delayMillis());
    Connection.pause(slow.millis());
    proxy.mend();
  }

  private void awaitReady(Victim victim) {
    URI ready = management(victim).resolve("/q/health/ready");
    long limit = System.nanoTime() + READY_WITHIN.toNanos();
    try (Http http = new Http()) {
      while (http.ask(ready.toString()).filter(answer -> answer.statusCode() == OK).isEmpty()) {
        if (System.nanoTime() - limit > 0) {
          throw new AssertionError(
              "%s is not ready within %s without help".formatted(victim, READY_WITHIN));
        }
        Connection.pause(LOOK_MILLIS);
      }
    }
  }

  private URI management(Victim victim) {
    return victim == Victim.SECOND
        ? second.management()
        : stack.management(victim.name().toLowerCase(Locale.ROOT));
  }

  private Optional<ProcessHandle> process(Victim victim) {
    return victim == Victim.SECOND
        ? Optional.of(second.process()).filter(ProcessHandle::isAlive)
        : stack.running(victim.name().toLowerCase(Locale.ROOT));
  }

  private List<ProcessHandle> withChildren(Victim victim) {
    return process(victim).stream()
        .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
        .toList();
  }

  private static void signal(String name, ProcessHandle process) {
    run("kill", "-" + name, Long.toString(process.pid()));
  }

  private static void limitFiles(ProcessHandle process, String bytes) {
    run("prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + bytes + ":unlimited");
  }

  /** Runs a program whose failure is none of a drill: the process has ended meanwhile. */
  private static void run(String... command) {
    try {
      new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
