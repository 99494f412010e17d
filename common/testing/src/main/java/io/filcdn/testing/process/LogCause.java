package io.filcdn.testing.process;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The cause of a process's end, as the end of its log tells: not its last line, which may be of a
 * trace.
 */
final class LogCause {

  /** The line in which our services tell it themselves. */
  private static final Pattern TOLD = Pattern.compile(".* does not start: .*");

  private static final Pattern CAUSE = Pattern.compile("Caused by: .*");
  private static final Pattern FRAME = Pattern.compile("\\s+(at |\\.\\.\\. \\d+ more).*");
  private static final Pattern ERROR = Pattern.compile(".*\\b(ERROR|SEVERE|FATAL|PANIC)\\b.*");

  private LogCause() {}

  /**
   * Finds the line that tells most: the process's own sentence, else the deepest cause of the last
   * trace, else the last error, else the last line.
   */
  static Optional<String> of(List<String> lines) {
    List<String> sentences = lines.stream().filter(line -> !FRAME.matcher(line).matches()).toList();
    return last(sentences, TOLD)
        .or(() -> last(sentences, CAUSE).map(line -> line.substring("Caused by: ".length())))
        .or(() -> last(sentences, ERROR))
        .or(() -> sentences.reversed().stream().findFirst())
        .map(String::strip);
  }

  private static Optional<String> last(List<String> lines, Pattern form) {
    return lines.reversed().stream().filter(line -> form.matcher(line).matches()).findFirst();
  }
}
