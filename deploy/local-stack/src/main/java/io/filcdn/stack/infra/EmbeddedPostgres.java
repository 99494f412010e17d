package io.filcdn.stack.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A Postgres of this machine's own, unpacked from a jar, whose data lies in a folder of ours. */
public final class EmbeddedPostgres implements Postgres {

  /** Small: many of these run beside a build. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "max_connections", "100",
          "shared_buffers", "32MB",
          "max_wal_size", "256MB",
          "listen_addresses", "127.0.0.1");

  private final io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;
  private final Path data;

  private EmbeddedPostgres(io.zonky.test.db.postgres.embedded.EmbeddedPostgres server, Path data) {
    this.server = server;
    this.data = data;
  }

  /**
   * Starts a server on the data in {@code folder}, which is made where it is missing.
   *
   * @param port where to listen on loopback; 0 for any
   * @throws IllegalStateException where it does not start; the message names its log
   */
  public static EmbeddedPostgres start(Path folder, int port) {
    Path data = folder.resolve("data");
    Path log = folder.resolve("postgres.log");
    try {
      Files.createDirectories(folder);
      var builder =
          io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
              .setOverrideWorkingDirectory(folder.resolve("binaries").toFile())
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setPGStartupWait(Duration.ofSeconds(60))
              .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()));
      SETTINGS.forEach(builder::setServerConfig);
      if (port != 0) {
        builder.setPort(port);
      }
      EmbeddedPostgres postgres = new EmbeddedPostgres(builder.start(), data);
      postgres.createDatabases();
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException("Postgres does not start; its log is " + log, e);
    }
  }

  /** The server's process id. */
  public long pid() {
    try {
      return Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
    } catch (IOException e) {
      throw new UncheckedIOException("Postgres has no pid file in " + data, e);
    }
  }

  @Override
  public String jdbcUrl(String database, String role) {
    return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s&password=%s"
        .formatted(server.getPort(), database, role, role);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Postgres does not stop", e);
    }
  }
}
