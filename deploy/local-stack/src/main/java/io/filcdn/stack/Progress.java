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
import java.util.Locale;

/** A file's bytes, which say now and then how many of them were read. */
final class Progress extends FilterInputStream {

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final double MEBIBYTE = 1 << 20;

  private final String name;
  private final long size;
  private final Console console;
  private final Clock clock;
  private Instant lastSaid;
  private long read;

  private Progress(InputStream in, String name, long size, Console console, Clock clock) {
    super(in);
    this.name = name;
    this.size = size;
    this.console = console;
    this.clock = clock;
    this.lastSaid = clock.instant();
  }

  static Progress of(Path file, Console console, Clock clock) throws IOException {
    return new Progress(
        Files.newInputStream(file), file.toString(), Files.size(file), console, clock);
  }

  @Override
  public int read() throws IOException {
    int one = super.read();
    count(one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int some = super.read(bytes, offset, length);
    count(Math.max(0, some));
    return some;
  }

  private void count(int more) {
    read += more;
    Instant now = clock.instant();
    if (Duration.between(lastSaid, now).compareTo(PAUSE) >= 0) {
      lastSaid = now;
      console.say(
          String.format(
              Locale.ROOT, "%s: %.0f of %.0f MiB", name, read / MEBIBYTE, size / MEBIBYTE));
    }
  }
}
