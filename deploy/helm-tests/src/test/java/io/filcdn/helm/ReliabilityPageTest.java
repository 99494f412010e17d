package io.filcdn.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/reliability.md names tests, each of which is there. */
class ReliabilityPageTest {

  private static final Path ROOT = Path.of("../..");
  private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (?!\\*\\*|attack ).*");

  @Test
  void eachTestThatIsNamedIsThere() throws IOException {
    Map<String, List<String>> sources = testSources();
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (var name : NAMED.matcher(page()).results().toList()) {
      String method = name.group(2);
      boolean found =
          sources.getOrDefault(name.group(1), List.of()).stream()
              .anyMatch(source -> method == null || source.contains("void " + method + "("));
      if (!found) {
        missing.add(name.group());
      }
      named++;
    }

    assertThat(named).isPositive();
    assertThat(missing).as("tests that docs/reliability.md names and that are not there").isEmpty();
  }

  @Test
  void eachAttackHasItsTest() throws IOException {
    String abuse = page().split("## Abuse", 2)[1].split("\n## ", 2)[0];

    assertThat(ROW.matcher(abuse).results().map(row -> row.group()).toList())
        .isNotEmpty()
        .allMatch(row -> NAMED.matcher(row).find());
  }

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs/reliability.md"));
  }

  /** The texts of all test classes by their simple names, of which some are there twice. */
  private static Map<String, List<String>> testSources() throws IOException {
    Map<String, List<String>> sources = new HashMap<>();
    Set<String> passedOver = Set.of("target", "node_modules", ".git");
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return passedOver.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = file.getFileName().toString();
            if (name.matches("\\w+(Test|IT)\\.java")) {
              sources
                  .computeIfAbsent(name.replace(".java", ""), _ -> new ArrayList<>())
                  .add(Files.readString(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return sources;
  }
}
