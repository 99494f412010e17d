package io.filcdn.acceptance;

import io.filcdn.acceptance.DrillSchedule.Deed;
import io.filcdn.acceptance.DrillSchedule.Line;
import io.filcdn.acceptance.DrillSchedule.Victim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The harm of a drill to processes and lines. Who is frozen, has a full disk or a bad line is
 * relieved after a while; who ends is started again, by the supervisor or, as the second edge,
 * here.
 */
final class DrillHarm {

  /** A file may have so many bytes on a full disk: logs and databases are larger by then. */
  private static final String FULL = "65536";

  private final Stack stack;
  private final AnotherEdge second;
  private final Map<Line, FaultProxy> lines;
  private final List<Lost> lost = new ArrayList<>();

  /** The end of an edge's process at which counts can be lost, by {@link System#nanoTime}. */
  record Lost(Victim edge, long at) {}

  DrillHarm(Stack stack, AnotherEdge second, Map<Line, FaultProxy> lines) {
    this.stack = stack;
    this.second = second;
    this.lines = Map.copyOf(lines);
  }

  /** The ends of edges so far. */
  List<Lost> lost() {
    return lost;
  }

  void kill(Victim victim) {
    process(victim).ifPresent(ProcessHandle::destroyForcibly);
    if (victim.isEdge()) {
      lost.add(new Lost(victim, System.nanoTime()));
    }
    startAgain(victim);
  }

  /** Ends it politely. */
  void end(Victim victim) {
    process(victim).ifPresent(ProcessHandle::destroy);
    startAgain(victim);
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
    lines.get(line).cut();
    Connection.pause(millis);
    lines.get(line).mend();
  }

  void slow(Deed.Slow slow) {
    lines.get(slow.line()).slowDown(slow.delayMillis());
    Connection.pause(slow.millis());
    lines.get(slow.line()).mend();
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
