package io.filcdn.stack;

import io.filcdn.testing.process.Await;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.StackLock;
import io.filcdn.testing.process.StackProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The command {@code ./filcdn down}: stops the stack of a data folder, whoever started it. */
final class Down {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private Down() {}

  static void run(DataFolder data, Console console) {
    StackProcesses processes = new StackProcesses(data);
    Optional<ProcessHandle> supervisor = StackLock.supervisor(data).running();
    if (supervisor.isPresent()) {
      supervisor.get().destroy();
      if (!Await.until(LIMIT, () -> !supervisor.get().isAlive())) {
        supervisor.get().destroyForcibly();
      }
    }
    List<String> left = processes.running();
    processes.stop();
    DataFolder.delete(data.stackFile());
    if (supervisor.isPresent()) {
      console.say("Stopped.");
    } else if (left.isEmpty()) {
      console.say("No stack runs with the data in %s.".formatted(data.root()));
    } else {
      console.say(
          "Stopped what the last ./filcdn up left running: %s.".formatted(String.join(", ", left)));
    }
  }
}
