package io.filcdn.stack;

import io.filcdn.testing.process.Console;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The progress of files that are read to their ends: says now and then how much was read. */
final class Progress {

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final double MEBIBYTE = 1 << 20;

  private final int files;
  private final long size;
  private final Console console;
  private final Clock clock;
  private Instant lastSaid;
  private int opened;
  private long read;

  private Progress(int files, long size, Console console, Clock clock) {
    this.files = files;
    this.size = size;
    this.console = console;
    this.clock = clock;
    this.lastSaid = clock.instant();
  }

  static Progress of(List<FileToStore> files, Console console, Clock clock) {
    long size = files.stream().mapToLong(FileToStore::size).sum();
    return new Progress(files.size(), size, console, clock);
  }

  /** The bytes of the next file, which count as they are read. */
  InputStream open(Path file) throws IOException {
    InputStream bytes = Files.newInputStream(file);
    opened++;
    return new FilterInputStream(bytes) {
      @Override
      public int read() throws IOException {
        int one = super.read();
        count(one < 0 ? 0 : 1);
        return one;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int some = super.read(into, offset, length);
        count(Math.max(0, some));
        return some;
      }
    };
  }

  private void count(int more) {
    read += more;
    Instant now = clock.instant();
    if (Duration.between(lastSaid, now).compareTo(PAUSE) >= 0) {
      lastSaid = now;
      console.say(
          String.format(
              Locale.ROOT,
              "  file %d of %d, %.0f of %.0f MiB",
              opened,
              files,
              read / MEBIBYTE,
              size / MEBIBYTE));
    }
  }
}
