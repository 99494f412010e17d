package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the packaged service has of other platforms: nothing, where it is built on Linux. */
@EnabledOnOs(OS.LINUX)
class PackagedNativesIT {

  private static final Path LIBRARIES = Path.of("target/quarkus-app/lib/main");
  private static final Map<String, String> NATIVES =
      Map.of("amd64", "librocksdbjni-linux64.so", "aarch64", "librocksdbjni-linux-aarch64.so");

  private static final Map<String, String> NETTYS =
      Map.of("amd64", "linux_x86_64", "aarch64", "linux_aarch_64");

  @Test
  void rocksDbHasTheNativeLibraryOfThisPlatformAlone() throws IOException {
    String expected = NATIVES.getOrDefault(System.getProperty("os.arch"), "no such platform");

    assertThat(natives(rocksDb())).containsExactly(expected);
  }

  @Test
  void boringSslIsThereForThisPlatformAlone() throws IOException {
    String expected = NETTYS.getOrDefault(System.getProperty("os.arch"), "no such platform");

    assertThat(natives(jar("netty-tcnative-boringssl-static")))
        .singleElement()
        .asString()
        .contains(expected);
  }

  private static Path rocksDb() throws IOException {
    return jar("rocksdbjni");
  }

  private static Path jar(String name) throws IOException {
    try (Stream<Path> jars = Files.list(LIBRARIES)) {
      List<Path> found = jars.filter(jar -> jar.getFileName().toString().contains(name)).toList();
      assertThat(found).hasSize(1);
      return found.getFirst();
    }
  }

  private static List<String> natives(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.matches(".*\\.(so|dll|jnilib|dylib)"))
          .toList();
    }
  }
}
