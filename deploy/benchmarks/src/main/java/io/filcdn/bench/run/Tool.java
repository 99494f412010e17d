package io.filcdn.bench.run;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A program that a benchmark needs.
 *
 * @param name as it is called
 * @param debianPackage what it comes with
 */
public record Tool(String name, String debianPackage) {

  /**
   * Looks for programs.
   *
   * @throws BenchFailure where one is missing; the message says how to get all that are
   */
  public static void need(List<Tool> tools) {
    List<Tool> missing = tools.stream().filter(tool -> !tool.isThere()).toList();
    if (!missing.isEmpty()) {
      throw new BenchFailure(
          "no %s found: apt-get install --no-install-recommends %s"
              .formatted(
                  missing.stream().map(Tool::name).collect(Collectors.joining(", ")),
                  missing.stream()
                      .map(Tool::debianPackage)
                      .distinct()
                      .collect(Collectors.joining(" "))));
    }
  }

  private boolean isThere() {
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
    return Arrays.stream(path.split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
  }
}
