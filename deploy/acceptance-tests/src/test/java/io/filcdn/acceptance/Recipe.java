package io.filcdn.acceptance;

import io.filcdn.acceptance.Script.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A block of {@code docs/recipes.md}, with {@code $URL} where the address of a piece belongs.
 *
 * @param section the heading that it stands under
 * @param language {@code sh} for a POSIX shell, {@code html} for a page, {@code js} for its worker
 */
record Recipe(String section, String language, String text) {

  private static final Path PAGE = Path.of("../../docs/recipes.md");
  private static final Path VERIFIER = Path.of("../../clients/verify");
  private static final Pattern SECTION = Pattern.compile("^## ", Pattern.MULTILINE);
  private static final Pattern BLOCK =
      Pattern.compile("^```(sh|html|js)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  /**
   * The outcome of a command.
   *
   * @param folder where it ran
   */
  record Result(Outcome outcome, Path folder) {

    /** A file that it left. */
    Optional<Path> file(String name) {
      return Optional.of(folder.resolve(name)).filter(Files::exists);
    }

    /** The bytes of a file that it left. */
    Optional<byte[]> bytes(String name) {
      return file(name)
          .map(
              file -> {
                try {
                  return Files.readAllBytes(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  /** All of the page, in its order. */
  static List<Recipe> all() {
    try {
      return Arrays.stream(SECTION.split(Files.readString(PAGE)))
          .flatMap(section -> blocks(section.lines().findFirst().orElse(""), section))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Recipe> blocks(String heading, String section) {
    return BLOCK
        .matcher(section)
        .results()
        .map(block -> new Recipe(heading, block.group(1), block.group(2)));
  }

  /** Those of some sections. */
  static List<Recipe> of(Set<String> sections) {
    return all().stream().filter(recipe -> sections.contains(recipe.section)).toList();
  }

  /** The sections that have any. */
  static Set<String> sections() {
    return all().stream().map(Recipe::section).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Runs a command in an empty folder. */
  Result run(String url) {
    try {
      return run(url, Files.createTempDirectory("recipe"), Duration.ofMinutes(4));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command in a folder, in which the verifier is installed, as npm would. */
  Result run(String url, Path folder, Duration limit) {
    try {
      Path modules = Files.createDirectories(folder.resolve("node_modules/@filcdn"));
      Files.createSymbolicLink(modules.resolve("verify"), VERIFIER.toRealPath());
      String path = "%s/bin:%s".formatted(System.getProperty("java.home"), System.getenv("PATH"));
      Outcome outcome =
          Script.run(
              Path.of("sh"),
              Map.of("URL", url, "PATH", path),
              List.of("-ec", "cd '%s'\n%s".formatted(folder, text)),
              limit);
      return new Result(outcome, folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
