package io.filcdn.stack;

import io.filcdn.testing.infra.EmbeddedPostgres;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.StackProcesses;
import java.nio.file.Path;
import java.util.List;

/** The processes that a supervisor left running, as it did not live to stop them. */
final class Leftovers {

  private Leftovers() {}

  /**
   * Stops what runs, and says so.
   *
   * @param folder of the network's data
   */
  static void stop(DataFolder data, Path folder, StackProcesses processes, Console console) {
    DataFolder.delete(data.stackFile());
    EmbeddedPostgres.leftover(folder.resolve("postgres"))
        .ifPresent(process -> processes.adopt("postgres", process));
    List<String> running = processes.running();
    if (!running.isEmpty()) {
      console.say(
          "Cleaning up: the last ./filcdn up ended without stopping %s"
              .formatted(String.join(", ", running)));
      processes.stop();
    }
  }
}
