package io.filcdn.stack;

import io.filcdn.common.network.NetworkFile;
import io.filcdn.testing.infra.EmbeddedPostgres;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * The command {@code ./filcdn backup}: copies the three databases of a running stack as they are at
 * one moment. It is a base backup of Postgres, whose tools the embedded one lacks: its files as
 * they are, and the log of what was written meanwhile, which makes them whole at the next start.
 */
final class Backup {

  private static final Path LOG = Path.of("pg_wal");

  /** The files of the running server alone, which the next makes anew. */
  private static final Set<Path> OF_THE_SERVER =
      Set.of(Path.of("postmaster.pid"), Path.of("postmaster.opts"));

  /** The folders that are in the copy without what is in them. */
  private static final Set<Path> EMPTY =
      Set.of(
          Path.of("pg_dynshmem"),
          Path.of("pg_notify"),
          Path.of("pg_replslot"),
          Path.of("pg_serial"),
          Path.of("pg_snapshots"),
          Path.of("pg_stat_tmp"),
          Path.of("pg_subtrans"));

  private Backup() {}

  /**
   * Backs up to a folder that is empty or not there.
   *
   * @throws StackFailure where no stack is ready, or the folder is not empty
   */
  static void run(DataFolder data, Path target, Console console) throws IOException, SQLException {
    StackFile stack = StackFile.read(data).orElseThrow(() -> Status.notReady(data));
    String network = NetworkFile.read(data.networkFile()).name();
    Path files = EmbeddedPostgres.files(Infrastructure.postgres(data.of(network)));
    BackupFolder backup = new BackupFolder(target.toAbsolutePath().normalize());
    backup.make();
    try (Connection connection = DriverManager.getConnection(stack.postgres());
        Statement statement = connection.createStatement()) {
      // as long as this session has it, the log that the copy needs is kept
      ask(statement, "select pg_create_physical_replication_slot('filcdn_backup', true, true)");
      String first = ask(statement, "select pg_walfile_name(pg_backup_start('filcdn', true))");
      DataFolder.copy(files, backup.postgres(), Backup::isLeftOut);
      String last;
      try (ResultSet end =
          statement.executeQuery(
              "select pg_walfile_name(lsn), labelfile from pg_backup_stop(wait_for_archive =>"
                  + " false)")) {
        end.next();
        last = end.getString(1);
        Files.writeString(backup.postgres().resolve("backup_label"), end.getString(2));
      }
      DataFolder.copy(
          files.resolve(LOG),
          backup.postgres().resolve(LOG),
          path -> isOutside(path.toString(), first, last));
    }
    backup.finish(network);
    console.say(
        "The databases of indexer, metrics and settlement are in %s, as they were at one moment (%s)."
            .formatted(backup.root(), console.elapsed()));
    console.say("./filcdn restore %s brings them back.".formatted(backup.root()));
  }

  private static String ask(Statement statement, String query) throws SQLException {
    try (ResultSet answer = statement.executeQuery(query)) {
      answer.next();
      return answer.getString(1);
    }
  }

  private static boolean isLeftOut(Path path) {
    return OF_THE_SERVER.contains(path)
        || path.startsWith(LOG)
        || path.getParent() != null && EMPTY.contains(path.getParent())
        || path.getFileName().toString().startsWith("pgsql_tmp");
  }

  /** The names of the log's files are in the order in which they were written. */
  private static boolean isOutside(String name, String first, String last) {
    return !name.isEmpty() && (name.compareTo(first) < 0 || name.compareTo(last) > 0);
  }
}
