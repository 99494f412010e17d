package io.filcdn.testing.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that remembers a process by its id and the time it started, so that another process that
 * got the same id later is never taken for it.
 */
public record PidFile(Path path) {

  /**
   * The system derives start times from its boot time, which wavers as clocks are set, and Postgres
   * notes its own only once it is under way. No system gives the same id again that soon.
   */
  private static final Duration TOLERANCE = Duration.ofSeconds(10);

  /** The process id, and the time in milliseconds at which it started. */
  private static final Pattern FORM = Pattern.compile("(\\d{1,18}) (\\d{1,18})\n");

  /** Remembers {@code process}. */
  public void write(ProcessHandle process) {
    long started = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    try {
      Files.createDirectories(path.getParent());
      Files.writeString(path, "%d %d\n".formatted(process.pid(), started));
    } catch (IOException e) {
      throw new UncheckedIOException("the pid file %s cannot be written".formatted(path), e);
    }
  }

  /** The process remembered here, where it still runs. */
  public Optional<ProcessHandle> running() {
    try {
      Matcher words = FORM.matcher(Files.readString(path));
      return words.matches()
          ? running(
              Long.parseLong(words.group(1)), Instant.ofEpochMilli(Long.parseLong(words.group(2))))
          : Optional.empty();
    } catch (IOException e) {
      // missing, or cut off by a crash while it was written
      return Optional.empty();
    }
  }

  /** The process of that id, where it runs and started at about that time. */
  public static Optional<ProcessHandle> running(long pid, Instant started) {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(
            process ->
                process
                    .info()
                    .startInstant()
                    .map(at -> Duration.between(at, started).abs().compareTo(TOLERANCE) <= 0)
                    .orElse(false));
  }

  /** Forgets the process. */
  public void delete() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("the pid file %s cannot be deleted".formatted(path), e);
    }
  }
}
