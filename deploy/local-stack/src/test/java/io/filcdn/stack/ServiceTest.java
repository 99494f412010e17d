package io.filcdn.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.process.ClassArchive;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.StackProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServiceTest {

  private static final FileTime BUILT = FileTime.fromMillis(1_700_000_000_000L);
  private static final FileTime BEFORE = FileTime.fromMillis(BUILT.toMillis() - 1_000);
  private static final FileTime LATER = FileTime.fromMillis(BUILT.toMillis() + 1_000);

  @TempDir Path folder;

  private Path jar;
  private Path archive;
  private Path cache;
  private Service service;

  /** A service whose Java says its arguments. */
  @BeforeEach
  void build() throws IOException {
    jar = Files.createFile(folder.resolve("service.jar"));
    Files.setLastModifiedTime(jar, BUILT);
    archive = folder.resolve("service.jsa");
    cache = folder.resolve("service.aot");
    service =
        new Service(
            "indexer",
            List.of("echo"),
            new ClassArchive(jar, archive),
            cache,
            Map.of(),
            "http://127.0.0.1:1");
  }

  @Test
  void aServiceThatWasNeverTrainedStartsWithoutACache() throws IOException {
    assertThat(said(service::start)).isEqualTo("-jar " + jar);
  }

  @Test
  void aServiceWhoseClassesAreArchivedStartsFromThem() throws IOException {
    Files.setLastModifiedTime(Files.createFile(archive), LATER);

    assertThat(said(service::start))
        .isEqualTo("-XX:SharedArchiveFile=%s -Xlog:cds=off -jar %s".formatted(archive, jar));
  }

  @Test
  void theArchiveOfAnEarlierBuildIsNotUsed() throws IOException {
    Files.setLastModifiedTime(Files.createFile(archive), BEFORE);

    assertThat(said(service::start)).isEqualTo("-jar " + jar);
  }

  @Test
  void aServiceThatWasTrainedStartsFromItsCache() throws IOException {
    Files.setLastModifiedTime(Files.createFile(archive), LATER);
    Files.setLastModifiedTime(Files.createFile(cache), LATER);

    assertThat(said(service::start)).isEqualTo("-XX:AOTCache=%s -jar %s".formatted(cache, jar));
  }

  @Test
  void theCacheOfAnEarlierBuildIsNotUsed() throws IOException {
    Files.setLastModifiedTime(Files.createFile(cache), BEFORE);

    assertThat(service.isTrained()).isFalse();
    assertThat(said(service::start)).isEqualTo("-jar " + jar);
  }

  @Test
  void aTrainingWritesTheCache() throws IOException {
    assertThat(said(service::startTraining))
        .isEqualTo("-XX:AOTCacheOutput=%s -jar %s".formatted(cache, jar));
  }

  private String said(Function<StackProcesses, ProcessHandle> start) throws IOException {
    DataFolder data = new DataFolder(folder.resolve("data"));
    start.apply(new StackProcesses(data)).onExit().join();
    return Files.readString(data.log("indexer")).strip();
  }
}
