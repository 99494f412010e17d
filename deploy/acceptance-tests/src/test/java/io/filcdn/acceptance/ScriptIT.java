package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.acceptance.Script.Outcome;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the script says without a stack, and without anything built. */
class ScriptIT {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"help,nonsense", "nonsense,--help", "nonsense,"})
  void anUnknownCommandFailsAlsoWhereHelpOnItIsAskedFor(String first, String second) {
    Outcome outcome = second == null ? Script.run(first) : Script.run(first, second);

    assertIsOneLine(outcome, "no command \"nonsense\"", "./filcdn help");
  }

  @ParameterizedTest
  @CsvSource({"version", "--version"})
  void theVersionIsToldWithoutJava(String word) {
    Outcome outcome = Script.run(Map.of("JAVA_HOME", "/nowhere"), List.of(word));

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.text()).matches("FilCDN \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?( \\([0-9a-f]+\\))?");
  }

  @Test
  void nothingThatRunsIsNothingToStopWhereNothingIsBuilt() throws IOException {
    Path script = bareCheckout();
    String data = Stack.data(folder.resolve("data"));

    Outcome down = Script.run(script, Map.of(), List.of("down", data));
    assertThat(down.exitCode()).isZero();
    assertThat(down.text()).startsWith("Nothing is built, and no stack runs");
    Outcome status = Script.run(script, Map.of(), List.of("status", data));
    assertThat(status.exitCode()).isEqualTo(1);
    assertThat(status.text()).startsWith("Nothing is built, and no stack runs");
    assertIsOneLine(
        Script.run(script, Map.of(), List.of("store", data, "x")), "nothing is built yet");
    assertIsOneLine(
        Script.run(script, Map.of(), List.of("restart", data, "x")), "nothing is built yet");
    assertIsOneLine(
        Script.run(script, Map.of(), List.of("up", "--no-build", data)), "nothing is built yet");
  }

  /** The script alone, as a fresh clone has it. */
  private Path bareCheckout() throws IOException {
    Path script = Files.createDirectories(folder.resolve("clone")).resolve("filcdn");
    Files.copy(Path.of("../../filcdn"), script, StandardCopyOption.COPY_ATTRIBUTES);
    return script;
  }

  @Test
  void logsAreShownByName() throws IOException {
    Path logs = Files.createDirectories(folder.resolve("data/logs"));
    Files.writeString(logs.resolve("metrics.log"), "one\ntwo\nthree\n");
    Files.writeString(logs.resolve("kafka.log"), "broker\n");
    String data = Stack.data(folder.resolve("data"));

    assertThat(Script.run("logs", "metrics", data).lines()).containsExactly("one", "two", "three");
    assertThat(Script.run("logs", data, "metrics", "--lines", "1").lines())
        .containsExactly("three");
    assertThat(Script.run("logs", data).text()).contains("kafka.log", "broker", "metrics.log");
    assertIsOneLine(Script.run("logs", "nginx", data), "kafka metrics", "found nginx");
    assertIsOneLine(Script.run("logs", "metrics", "kafka", data), "expected one service");
    assertIsOneLine(Script.run("logs", "--loud", data), "--loud", "./filcdn logs --help");
    assertIsOneLine(Script.run("logs", "--lines=many", data), "--lines", "many");
    assertIsOneLine(
        Script.run("logs", Stack.data(folder.resolve("none"))), "no logs", "./filcdn up");
  }

  @Test
  void aServiceThatIsNoneIsNotRestarted() {
    String data = Stack.data(folder.resolve("data"));

    assertIsOneLine(Script.run("restart", data), "./filcdn restart SERVICE");
    assertIsOneLine(Script.run("restart", data, "kafka"), "retrieval", "found kafka");
    assertIsOneLine(Script.run("restart", data, "metrics"), "no stack runs", "./filcdn up");
  }

  @Test
  void aBackupNeedsAStackAndARestoreABackupOfAChainThatIsThere() throws IOException {
    String data = Stack.data(folder.resolve("data"));
    String place = folder.resolve("backup").toString();

    assertIsOneLine(Script.run("backup", data), "./filcdn backup DIR");
    assertIsOneLine(Script.run("backup", data, place), "no stack runs", "./filcdn up");
    assertIsOneLine(Script.run("restore", data, place), place, "without a backup.json");
    Files.createDirectories(folder.resolve("backup"));
    Files.writeString(folder.resolve("backup/backup.json"), "{\"network\": \"devnet\"}");
    assertIsOneLine(Script.run("restore", data, place), "expected the devnet's chain");
  }

  @Test
  void filesThatCannotBePiecesAreExplained() throws IOException {
    String data = Stack.data(folder.resolve("data"));
    Path album = Files.createDirectories(folder.resolve("album"));
    assertIsOneLine(Script.run("store", data, album.toString()), "no file is in", "album");
    String empty = Files.createFile(album.resolve("empty")).toString();
    String sparse = sparse(album.resolve("sparse"), 1L << 40);

    assertIsOneLine(Script.run("store", data, empty), empty, "is empty");
    assertIsOneLine(Script.run("store", data, folder + "/none"), "does not exist");
    assertIsOneLine(Script.run("store", data, "/dev/null"), "is no regular file");
    assertIsOneLine(Script.run("store", data, sparse), "is too large", "68182605824");
    assertIsOneLine(Script.run("store", data, "../../README.md"), "no stack is ready");
    assertThat(Script.run("store", data, album.toString()).lines())
        .satisfiesExactly(
            head -> assertThat(head).matches("FILE +BYTES +URL"),
            row -> assertThat(row).startsWith(empty).contains("not stored: it is empty"),
            row -> assertThat(row).startsWith(sparse).contains("not stored: it is too large"),
            end -> assertThat(end).startsWith("filcdn: store: 2 of 2 files are not stored"));
  }

  private static String sparse(Path file, long size) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(size);
    }
    return file.toString();
  }

  @ParameterizedTest
  @CsvSource({"soon", "0", "-3m"})
  void aTimeoutThatIsNoneIsExplained(String timeout) {
    assertIsOneLine(
        Script.run("up", "--no-build", "--timeout=" + timeout, Stack.data(folder.resolve("data"))),
        "--timeout",
        timeout);
  }

  private static void assertIsOneLine(Outcome outcome, String... parts) {
    assertThat(outcome.exitCode()).as(outcome.text()).isEqualTo(1);
    assertThat(outcome.lines()).as(outcome.text()).hasSize(1);
    assertThat(outcome.lines().getFirst()).startsWith("filcdn: ").contains(parts);
  }
}
