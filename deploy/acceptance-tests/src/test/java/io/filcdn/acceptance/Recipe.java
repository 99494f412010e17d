package io.filcdn.acceptance;

import io.filcdn.acceptance.Script.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A command of {@code docs/recipes.md}.
 *
 * @param command for a POSIX shell, with the piece's URL in {@code URL}
 */
record Recipe(String command) {

  private static final Path PAGE = Path.of("../../docs/recipes.md");
  private static final Pattern BLOCK =
      Pattern.compile("^```sh\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  /**
   * The outcome of a command.
   *
   * @param folder where it ran
   */
  record Result(Outcome outcome, Path folder) {

    /** The bytes of a file that it left. */
    Optional<byte[]> file(String name) {
      try {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** All of the page, in its order. */
  static List<Recipe> all() {
    try {
      return BLOCK
          .matcher(Files.readString(PAGE))
          .results()
          .map(block -> new Recipe(block.group(1)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it in a folder of its own. */
  Result run(URI url) {
    try {
      Path folder = Files.createTempDirectory("recipe");
      String path = "%s/bin:%s".formatted(System.getProperty("java.home"), System.getenv("PATH"));
      Outcome outcome =
          Script.run(
              Path.of("sh"),
              Map.of("URL", url.toString(), "PATH", path),
              List.of("-ec", "cd '%s'\n%s".formatted(folder, command)));
      return new Result(outcome, folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
