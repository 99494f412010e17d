package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.service.start.ServiceStart;
import io.filcdn.testing.process.ClassArchive;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of a service's classes, which {@code ./filcdn up} has Java make. */
class ArchivedClassesIT {

  private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");

  @TempDir private Path folder;

  @Test
  void aServiceThatOnlyLoadsItsClassesNeedsNothingAndLeavesThemToTheNext() throws Exception {
    ClassArchive archive = new ClassArchive(JAR, folder.resolve("retrieval.jsa"));

    assertThat(load(archive.trainingOption())).isZero();
    assertThat(archive.file()).isRegularFile();
    // ends where it cannot use the archive
    assertThat(load(archive.option(), "-Xshare:on")).isZero();
  }

  private int load(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-D" + ServiceStart.ONLY_LOADS + "=true", "-jar", JAR.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("FILCDN_"));
    Process process = builder.inheritIO().start();
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }
}
