package io.filcdn.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The script {@code ./filcdn} as a person runs it, with what is built started as it is. */
final class Script {

  private static final Path SCRIPT = Path.of("../../filcdn").toAbsolutePath().normalize();
  private static final String USUAL_PLACES = "/(usr|opt|Library)/[^\\s;]*\\*[^\\s;]*";
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private Script() {}

  /**
   * What became of a run.
   *
   * @param lines of both outputs, in order
   */
  record Outcome(int exitCode, List<String> lines) {

    Outcome {
      lines = List.copyOf(lines);
    }

    String text() {
      return String.join("\n", lines);
    }
  }

  /** Runs {@code ./filcdn} with {@code words} to its end. */
  static Outcome run(String... words) {
    return run(Map.of(), List.of(words));
  }

  /** Runs {@code ./filcdn} with {@code words} to its end, with more in its environment. */
  static Outcome run(Map<String, String> environment, List<String> words) {
    return run(SCRIPT, environment, words);
  }

  /** The same on a machine where no JDK is where JDKs usually are. */
  static Outcome runThatLooksNowhereForJava(Map<String, String> environment, List<String> words) {
    try {
      Path script = Files.createTempDirectory("filcdn").resolve("filcdn");
      Files.copy(SCRIPT, script, StandardCopyOption.COPY_ATTRIBUTES);
      Files.writeString(script, Files.readString(SCRIPT).replaceAll(USUAL_PLACES, ""));
      return run(script, environment, words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs another copy of it. */
  static Outcome run(Path script, Map<String, String> environment, List<String> words) {
    return run(script, environment, words, LIMIT);
  }

  /** The same within another limit. */
  static Outcome run(
      Path script, Map<String, String> environment, List<String> words, Duration limit) {
    try {
      Path output = Files.createTempFile("filcdn", ".out");
      Process process = start(script, environment, words, output);
      if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("%s took too long: %s".formatted(words, text(output)));
      }
      Outcome outcome = new Outcome(process.exitValue(), text(output).lines().toList());
      Files.delete(output);
      return outcome;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Process start(
      Path script, Map<String, String> environment, List<String> words, Path output)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().remove("FILCDN_OPERATOR_KEY");
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String text(Path output) throws IOException {
    return Files.readString(output, StandardCharsets.UTF_8);
  }
}
