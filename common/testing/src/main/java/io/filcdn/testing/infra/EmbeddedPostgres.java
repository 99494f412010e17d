package io.filcdn.testing.infra;

import io.filcdn.testing.process.FreePort;
import io.filcdn.testing.process.PidFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A Postgres of this machine's own, unpacked from a jar, whose data lies in a folder of ours. */
public final class EmbeddedPostgres implements Postgres {

  private static final String DATA = "data";
  private static final String PID_FILE = "postmaster.pid";

  /** Small: many of these run beside a build. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "max_connections", "100",
          "shared_buffers", "32MB",
          "max_wal_size", "256MB",
          "listen_addresses", "127.0.0.1");

  /** The library turns these off, which is right for data that ends with a test. */
  private static final Map<String, String> DURABLE =
      Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on");

  /** Recovery after a crash takes its time, and a machine with other work more. */
  private static final Duration START_LIMIT = Duration.ofMinutes(10);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;
  private final Path data;

  private EmbeddedPostgres(io.zonky.test.db.postgres.embedded.EmbeddedPostgres server, Path data) {
    this.server = server;
    this.data = data;
  }

  /**
   * Starts a server on the data in {@code folder}, which is made where it is missing. It also stops
   * when this JVM ends.
   *
   * @param port where to listen on loopback; 0 for any
   * @throws UncheckedIOException where it does not start; the message names its log
   */
  public static EmbeddedPostgres start(Path folder, int port) {
    return start(folder, port, folder.resolve("postgres.log"), sharedBinaries(), true);
  }

  /**
   * As {@link #start(Path, int)}, for a caller who sees to its end and chooses its log. What is
   * committed there is on the disk: the data outlives this machine's crash.
   */
  public static EmbeddedPostgres supervised(Path folder, int port, Path log) {
    return start(folder, port, log, folder.resolve("binaries"), false);
  }

  /**
   * One folder of all servers that end with their JVM: the library unpacks once a JVM, and what the
   * first server took with it at its end, the others could not be stopped without.
   */
  private static Path sharedBinaries() {
    return Path.of(
        System.getProperty("java.io.tmpdir"), "filcdn-postgres-" + System.getProperty("user.name"));
  }

  private static EmbeddedPostgres start(
      Path folder, int port, Path log, Path binaries, boolean endsWithJvm) {
    Path data = files(folder);
    try {
      Files.createDirectories(folder);
      var builder =
          io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
              .setOverrideWorkingDirectory(binaries.toFile())
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setRegisterShutdownHook(endsWithJvm)
              .setPGStartupWait(START_LIMIT)
              .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()));
      SETTINGS.forEach(builder::setServerConfig);
      if (!endsWithJvm) {
        DURABLE.forEach(builder::setServerConfig);
      }
      builder.setPort(port == 0 ? FreePort.find() : port);
      EmbeddedPostgres postgres = new EmbeddedPostgres(builder.start(), data);
      postgres.createDatabases();
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException("Postgres does not start; its log is " + log, e);
    }
  }

  /** The server that a process before this one left running on the data in {@code folder}. */
  public static Optional<ProcessHandle> leftover(Path folder) {
    return running(files(folder));
  }

  private static Optional<ProcessHandle> running(Path data) {
    try {
      // its first line is the process id, its third the time in seconds at which that began
      List<String> lines = Files.readAllLines(data.resolve(PID_FILE));
      return lines.size() < 3
          ? Optional.empty()
          : PidFile.running(
              Long.parseLong(lines.get(0).strip()),
              Instant.ofEpochSecond(Long.parseLong(lines.get(2).strip())));
    } catch (IOException | NumberFormatException e) {
      // none, or one that a crash cut off
      return Optional.empty();
    }
  }

  /** The folder of the files of a server that keeps its data in {@code folder}. */
  public static Path files(Path folder) {
    return folder.resolve(DATA);
  }

  /** The server's process. */
  public ProcessHandle process() {
    return running(data)
        .orElseThrow(() -> new IllegalStateException("Postgres has no process in " + data));
  }

  @Override
  public String jdbcUrl(String database, String role) {
    return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s&password=%s"
        .formatted(server.getPort(), database, role, role);
  }

  /** Stops it; at the end of this JVM the library may be about that already, which is awaited. */
  @Override
  public void close() {
    Optional<ProcessHandle> process = running(data);
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Postgres does not stop", e);
    }
    process.ifPresent(
        stopping ->
            stopping
                .onExit()
                .completeOnTimeout(stopping, STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join());
  }
}
