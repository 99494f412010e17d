package io.filcdn.bench.verify;

import io.filcdn.bench.run.BenchFailure;
import io.filcdn.bench.run.Cores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that hashes a file once for each line it is sent, on the core that is measured, and
 * answers with a line: bytes, nanoseconds of processor time, root in hexadecimal.
 */
final class Contestant implements AutoCloseable {

  private final String name;
  private final Process process;
  private final Writer to;
  private final BufferedReader from;

  /** One turn: how fast, and with what result. */
  record Turn(double megabytesPerSecond, String root) {}

  Contestant(String name, Path folder, List<String> command) {
    this.name = name;
    try {
      this.process =
          new ProcessBuilder(Cores.measured(command))
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException e) {
      throw new BenchFailure("%s cannot be started: %s".formatted(name, e.getMessage()), e);
    }
    this.to = process.outputWriter(StandardCharsets.UTF_8);
    this.from = process.inputReader(StandardCharsets.UTF_8);
  }

  Turn turn() {
    try {
      to.write("\n");
      to.flush();
      String line = from.readLine();
      if (line == null) {
        throw new BenchFailure("%s ended: see above why".formatted(name));
      }
      String[] words = line.split(" ");
      return new Turn(Long.parseLong(words[0]) * 1e3 / Double.parseDouble(words[1]), words[2]);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
