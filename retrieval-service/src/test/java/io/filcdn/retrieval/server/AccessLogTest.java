package io.filcdn.retrieval.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.filcdn.service.start.UnusableSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogTest {

  @TempDir private Path folder;

  private AccessLog.Rules rules(AccessLogFormat format, Path file, int waiting) {
    return new AccessLog.Rules(format, Optional.of(file), 1_000, 3, waiting, false);
  }

  @Test
  void noneIsOpenedByDefault() {
    assertThat(
            AccessLog.open(rules(AccessLogFormat.OFF, folder.resolve("log"), 1), Clock.systemUTC()))
        .isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatLooksLikeAFormatIsWrittenAsItIs() throws IOException {
    Path file = folder.resolve("access.log");
    AccessEntry entry = AccessEntryTest.entry("/%s%n{0}${x}");

    try (AccessLog log =
        AccessLog.open(rules(AccessLogFormat.COMBINED, file, 1), Clock.systemUTC()).orElseThrow()) {
      log.add(entry);
    }

    assertThat(Files.readString(file)).isEqualTo(entry.combined() + "\n");
  }

  @Test
  void theFileGoesOnAndIsKeptInSoManyParts() throws IOException {
    Path file = folder.resolve("logs/access.log");
    for (int run = 0; run < 2; run++) {
      try (AccessLog log =
          AccessLog.open(rules(AccessLogFormat.JSON, file, 1_000), Clock.systemUTC())
              .orElseThrow()) {
        for (int i = 0; i < 300; i++) {
          log.add(AccessEntryTest.entry("/" + run + "/" + i));
        }
      }
    }

    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .containsExactlyInAnyOrder("access.log", "access.log.1", "access.log.2");
    }
    assertThat(Files.readString(file)).hasSizeLessThan(30_000).contains("\"path\":\"/1/299\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?token=secret", "#token=secret", "?a=b#token=secret"})
  void nothingOfAPagesQueryIsWritten(String behind) {
    assertThat(AccessLog.withoutQuery("https://app.example/page" + behind))
        .isEqualTo("https://app.example/page");
  }

  @Test
  void nobodyWaitsForALogThatIsNotWritten() {
    CountDownLatch goOn = new CountDownLatch(1);
    List<String> written = new ArrayList<>();
    Handler slow =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            try {
              goOn.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            written.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    AccessLog log =
        new AccessLog(
            rules(AccessLogFormat.JSON, folder.resolve("log"), 2),
            AccessEntry::path,
            slow,
            Clock.systemUTC());

    // one is being written, two wait
    for (int i = 0; i < 10; i++) {
      log.add(AccessEntryTest.entry("/" + i));
    }
    assertThat(log.dropped()).isEqualTo(7);
    goOn.countDown();
    log.close();
    log.add(AccessEntryTest.entry("/late"));

    assertThat(written).containsExactly("/0", "/1", "/2");
    assertThat(log.dropped()).isEqualTo(8);
  }

  @Test
  void linesThatTheDiskDoesNotTakeAreCounted() {
    Handler full =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            reportError("no space", new IOException("no space"), ErrorManager.WRITE_FAILURE);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    try (AccessLog log =
        new AccessLog(
            rules(AccessLogFormat.JSON, folder.resolve("log"), 2),
            AccessEntry::path,
            full,
            Clock.systemUTC())) {
      log.add(AccessEntryTest.entry("/"));

      await().atMost(Duration.ofMinutes(1)).until(() -> log.dropped() == 1);
    }
  }

  @Test
  void aFileThatCannotBeOpenedEndsNoStart() throws IOException {
    Path taken = Files.createFile(folder.resolve("taken"));
    try (AccessLog log =
        AccessLog.open(
                rules(AccessLogFormat.JSON, taken.resolve("access.log"), 2), Clock.systemUTC())
            .orElseThrow()) {
      assertThat(log.isWritten()).isFalse();
      assertThat(log.dropped()).isZero();

      log.add(AccessEntryTest.entry("/"));

      await().atMost(Duration.ofMinutes(1)).until(() -> log.dropped() == 1);
    }
  }

  @Test
  void aFolderIsRefusedAtTheStart() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));

    assertThatThrownBy(
            () -> AccessLog.open(rules(AccessLogFormat.COMBINED, taken, 1), Clock.systemUTC()))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessageContaining("filcdn.retrieval.access-log.file")
        .hasMessageContaining("taken");
  }
}
