package io.filcdn.testing.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {

  private static final ProcessHandle SELF = ProcessHandle.current();

  @TempDir Path folder;
  private PidFile file;

  @BeforeEach
  void name() {
    file = new PidFile(folder.resolve("pids/kafka.pid"));
  }

  @Test
  void aRunningProcessIsFoundAgain() {
    file.write(SELF);

    assertThat(file.running()).contains(SELF);
  }

  @Test
  void aProcessThatGotTheSameIdLaterIsAnother() {
    Instant started = SELF.info().startInstant().orElseThrow();

    assertThat(PidFile.running(SELF.pid(), started.minus(Duration.ofMinutes(1)))).isEmpty();
    assertThat(PidFile.running(SELF.pid(), started.plus(Duration.ofMinutes(1)))).isEmpty();
    assertThat(PidFile.running(SELF.pid(), started.plus(Duration.ofSeconds(1)))).contains(SELF);
  }

  @Test
  void anEndedProcessIsNotFound() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    file.write(ended.toHandle());
    ended.waitFor();

    assertThat(file.running()).isEmpty();
  }

  @Test
  void aMissingOrCutOffFileNamesNoProcess() throws IOException {
    assertThat(file.running()).isEmpty();

    Files.createDirectories(file.path().getParent());
    for (String text : new String[] {"", "12", SELF.pid() + " ", "twelve 0", "1 2 3"}) {
      Files.writeString(file.path(), text);
      assertThat(file.running()).as(text).isEmpty();
    }
  }

  @Test
  void aDeletedFileNamesNoProcess() {
    file.write(SELF);
    file.delete();
    file.delete();

    assertThat(file.running()).isEmpty();
  }
}
