package io.filcdn.stack;

import io.filcdn.stack.demo.LocalDevnet;
import io.filcdn.testing.infra.EmbeddedPostgres;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.StackFailure;
import io.filcdn.testing.process.StackLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The command {@code ./filcdn restore}: puts the databases of a backup where the next {@code
 * ./filcdn up} finds them. What was there is kept beside them until the next time.
 */
final class Restore {

  private Restore() {}

  /**
   * Restores from a folder that {@link Backup} wrote.
   *
   * @throws StackFailure where a stack runs on that data, the folder is none, or there is no chain
   *     that the databases could be of
   */
  static void run(DataFolder data, Path source, Console console) throws IOException {
    BackupFolder backup = new BackupFolder(source.toAbsolutePath().normalize());
    String network = backup.network();
    Path postgres = Infrastructure.postgres(data.of(network));
    try (StackLock _ = StackLock.take(data)) {
      if (EmbeddedPostgres.leftover(postgres).isPresent()) {
        throw new StackFailure(
            "restore: expected no Postgres in %s, found one that runs: ./filcdn down stops it"
                .formatted(postgres));
      }
      if (network.equals(NetworkChoice.DEVNET)
          && !Files.exists(LocalDevnet.state(data.of(network)))) {
        throw new StackFailure(
            "restore: expected the devnet's chain in %s, which no backup has, found none: the databases are of that chain alone"
                .formatted(data.of(network)));
      }
      Path place = EmbeddedPostgres.files(postgres);
      Path part = place.resolveSibling("restored.part");
      Path replaced = place.resolveSibling("replaced");
      Files.createDirectories(postgres);
      DataFolder.delete(part);
      DataFolder.copy(backup.postgres(), part, _ -> false);
      if (Files.exists(place)) {
        DataFolder.delete(replaced);
        Files.move(place, replaced, StandardCopyOption.ATOMIC_MOVE);
        console.say("The databases that were there are in %s.".formatted(replaced));
      }
      Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
    }
    console.say("The databases of %s are back: ./filcdn up goes on from them.".formatted(network));
  }
}
