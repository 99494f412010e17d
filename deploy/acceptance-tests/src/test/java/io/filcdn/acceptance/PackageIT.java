package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.process.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The edge's package as it goes into its image. */
class PackageIT {

  private static final long MOST_BYTES = 70_000_000;

  @TempDir Path folder;

  @Test
  void itIsSmallAndHasNativeLibrariesOfThisMachineAlone() throws Exception {
    Path copy = folder.resolve("app");
    DataFolder.copy(Path.of("../../retrieval-service/target/quarkus-app"), copy, _ -> false);

    String java = ProcessHandle.current().info().command().orElseThrow();
    int code =
        new ProcessBuilder(java, "../images/OwnNatives.java", copy.toString())
            .inheritIO()
            .start()
            .waitFor();

    assertThat(code).isZero();
    assertThat(libraries(copy))
        .anyMatch(name -> name.contains("zstd"))
        .anyMatch(name -> name.contains("rocksdb"))
        .anyMatch(name -> name.contains("snappy"))
        .noneMatch(name -> name.matches("(?i).*(win|darwin|mac|musl|ppc|s390).*"))
        .noneMatch(name -> name.matches("(?i).*(%s).*".formatted(otherProcessor())));
    try (Stream<Path> files = Files.walk(copy)) {
      assertThat(files.filter(Files::isRegularFile).mapToLong(PackageIT::size).sum())
          .isLessThanOrEqualTo(MOST_BYTES);
    }
  }

  private static String otherProcessor() {
    return System.getProperty("os.arch").equals("amd64")
        ? "aarch_?64|arm64"
        : "amd64|x86_64|x86-64";
  }

  private static List<String> libraries(Path app) throws IOException {
    try (Stream<Path> files = Files.walk(app)) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .flatMap(PackageIT::entries)
          .filter(name -> name.matches(".*\\.(so|dll|dylib|jnilib)"))
          .toList();
    }
  }

  private static Stream<String> entries(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().map(Object::toString).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
