package io.filcdn.stack;

import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.Memory;
import io.filcdn.testing.process.StackFailure;
import io.filcdn.testing.process.StackLock;
import io.filcdn.testing.process.StackProcesses;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The command {@code ./filcdn status}: shows what runs of a stack. */
final class Status {

  private static final double MEBIBYTE = 1 << 20;

  private Status() {}

  /**
   * Prints a line a process.
   *
   * @throws StackFailure where the stack is not ready
   */
  static void run(DataFolder data, Console console, Http http) {
    StackFile stack =
        StackFile.read(data)
            .filter(_ -> StackLock.supervisor(data).running().isPresent())
            .orElseThrow(() -> notReady(data));
    console.say("%-12s %8s %12s  %s".formatted("", "process", "memory (PSS)", "state"));
    List<Long> sizes = new ArrayList<>();
    StackLock.supervisor(data)
        .running()
        .ifPresent(p -> line(console, "supervisor", p, Memory.of(p), "", sizes));
    StackProcesses processes = new StackProcesses(data);
    List<String> unready = new ArrayList<>();
    for (String name : StackProcesses.ALL) {
      Optional<ProcessHandle> process = processes.running(name);
      String state = "";
      if (StackFile.SERVICES.contains(name)) {
        boolean ready = http.get(stack.management(name) + "/q/health/ready").isPresent();
        state = "%s  %s".formatted(ready ? "ready    " : "not ready", stack.service(name));
        if (!ready) {
          unready.add(name);
        }
      }
      if (process.isPresent()) {
        line(console, name, process.get(), Memory.ofAll(process.get()), state, sizes);
      } else if (!state.isEmpty()) {
        console.say("%-12s %8s %12s  %s".formatted(name, "-", "", "does not run"));
      }
    }
    long total = sizes.stream().mapToLong(Long::longValue).sum();
    if (total > 0) {
      console.say("%-12s %8s %12s".formatted("all", "", mebibytes(total)));
    }
    if (!unready.isEmpty()) {
      throw new StackFailure("not ready: %s".formatted(String.join(", ", unready)));
    }
  }

  /** The failure to tell where no stack is ready. */
  static StackFailure notReady(DataFolder data) {
    return new StackFailure(
        StackLock.supervisor(data).running().isPresent()
            ? "the stack with the data in %s is not ready yet; it logs to %s"
                .formatted(data.root(), data.log("up"))
            : "no stack runs with the data in %s: start one with ./filcdn up"
                .formatted(data.root()));
  }

  private static void line(
      Console console,
      String name,
      ProcessHandle process,
      OptionalLong size,
      String state,
      List<Long> sizes) {
    size.ifPresent(sizes::add);
    console.say(
        "%-12s %8d %12s  %s"
            .formatted(
                name, process.pid(), size.isPresent() ? mebibytes(size.getAsLong()) : "", state));
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.0f MiB", bytes / MEBIBYTE);
  }
}
