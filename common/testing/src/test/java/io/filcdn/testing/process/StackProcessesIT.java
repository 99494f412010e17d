package io.filcdn.testing.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StackProcessesIT {

  private static final List<String> FOR_LONG = List.of("sleep", "600");

  @TempDir Path folder;
  private DataFolder data;
  private StackProcesses processes;

  @BeforeEach
  void begin() {
    data = new DataFolder(folder);
    processes = new StackProcesses(data);
  }

  @AfterEach
  void end() {
    processes.stop();
  }

  @Test
  void whatAnEarlierSupervisorStartedIsFoundAndStopped() {
    ProcessHandle kafka = processes.start("kafka", FOR_LONG, Map.of());
    ProcessHandle indexer = processes.start("indexer", FOR_LONG, Map.of());

    StackProcesses next = new StackProcesses(data);
    List<String> found = next.running();
    next.stop();

    assertThat(found).containsExactly("indexer", "kafka");
    assertThat(List.of(kafka, indexer)).noneMatch(ProcessHandle::isAlive);
    assertThat(data.pidFile("kafka")).doesNotExist();
    assertThat(next.running()).isEmpty();
  }

  @Test
  void servicesEndBeforeWhatTheyStandOn() throws IOException {
    Path order = folder.resolve("order");
    for (String name : List.of("postgres", "kafka", "metrics")) {
      processes.start(name, tellingItsEnd(name, order), Map.of());
      await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(folder.resolve(name + ".up")));
    }

    processes.stop();

    assertThat(Files.readAllLines(order)).containsExactly("metrics", "kafka", "postgres");
  }

  @Test
  void outputGoesToALogAndTheOneBeforeIsKept() throws IOException {
    say("first");
    say("second");

    assertThat(data.lastLines("metrics", 5)).containsExactly("second");
    assertThat(Files.readString(folder.resolve("logs/metrics.log.1"))).isEqualTo("first\n");
  }

  @Test
  void theOperatorsKeyReachesOnlyWhoIsGivenIt() {
    processes.start("metrics", shell("echo \"key=$FILCDN_OPERATOR_KEY\""), Map.of());
    processes.start(
        "settlement",
        shell("echo \"key=$FILCDN_OPERATOR_KEY\""),
        Map.of(StackProcesses.OPERATOR_KEY, "secret"));

    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> data.lastLines("metrics", 1), List.of("key=")::equals);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> data.lastLines("settlement", 1), List.of("key=secret")::equals);
  }

  @Test
  void aProcessDoesNotHearCtrlC() throws IOException {
    ProcessHandle process = processes.start("indexer", FOR_LONG, Map.of());

    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> process.info().command().orElse("").endsWith("sleep"));
    assertThat(ignoredSignals(process) & 0b10).isEqualTo(0b10); // SIGINT is number 2
  }

  @Test
  void nothingIsStartedOnceTheStackIsBeingStopped() {
    processes.stopForGood();

    assertThatThrownBy(() -> processes.start("indexer", FOR_LONG, Map.of()))
        .isInstanceOf(StackFailure.class)
        .hasMessageContaining("indexer is not started");
  }

  @Test
  void oneThatIgnoresBeingAskedIsEndedByForce() {
    StackProcesses impatient = new StackProcesses(data, Duration.ofMillis(200));
    ProcessHandle stubborn =
        impatient.start("indexer", shell("trap '' TERM; touch up; sleep 600"), Map.of());
    await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(folder.resolve("up")));

    impatient.stop();

    assertThat(stubborn.isAlive()).isFalse();
  }

  private void say(String line) {
    ProcessHandle process = processes.start("metrics", List.of("echo", line), Map.of());
    await().atMost(Duration.ofMinutes(1)).until(() -> !process.isAlive());
  }

  private static List<String> shell(String script) {
    return List.of("sh", "-c", script);
  }

  private static List<String> tellingItsEnd(String name, Path order) {
    return shell(
        "trap 'echo %1$s >> %2$s; exit' TERM; touch %1$s.up; while :; do sleep 0.05; done"
            .formatted(name, order));
  }

  private static long ignoredSignals(ProcessHandle process) throws IOException {
    return Files.readAllLines(Path.of("/proc/%d/status".formatted(process.pid()))).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16))
        .findFirst()
        .orElseThrow();
  }
}
