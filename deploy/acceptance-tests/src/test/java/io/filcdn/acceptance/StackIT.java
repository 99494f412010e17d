package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.acceptance.Script.Outcome;
import io.filcdn.testing.chain.Anvil;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.infra.EmbeddedPostgres;
import io.filcdn.testing.process.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script and the stack it starts: bad input, restarts, and what a kill leaves. */
class StackIT {

  private static final String SOME_KEY = "0x" + "1".repeat(64);
  private static final Duration GONE_WITHIN = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Tag("slow")
  @Test
  void aStackGoesOnAfterItsSupervisorWasKilledAndSaysWhatItCleanedUp() {
    Path data = folder.resolve("data");
    Stack killed = Stack.up(data);
    Stack.DemoPiece piece = killed.demoPieces().getFirst();
    List<ProcessHandle> left = killed.processes();
    ProcessHandle supervisor = killed.process("supervisor");
    supervisor.destroyForcibly();
    await().atMost(GONE_WITHIN).until(() -> !supervisor.isAlive());
    killed.devnet().close();

    try (Stack next = Stack.up(data)) {
      assertThat(next.start().text())
          .contains("Cleaning up: the last ./filcdn up ended without")
          .containsPattern("pages +" + next.management("metrics") + "/");
      assertThat(left).noneMatch(ProcessHandle::isAlive);
      URI url = next.demoPieces().getFirst().url();
      assertThat(Client.get(url).sha256()).isEqualTo(piece.sha256());

      Outcome second = Script.run("up", "--no-build", "--port-base", "0", Stack.data(data));
      assertIsOneLine(second, "runs with the data in", "./filcdn down");
      assertThat(Script.run("status", Stack.data(data)).text()).contains("retrieval", "ready");
      assertKafkaIsStartedAgainHoweverOftenItEnds(next);
    }
    assertThat(Script.run("status", Stack.data(data)).exitCode()).isEqualTo(1);
  }

  @Tag("slow")
  @Test
  void aDevnetWhoseChainLostBlocksStartsFreshAndSaysSo() throws Exception {
    Path data = folder.resolve("data");
    try (Stack stack = Stack.up(data)) {
      assertThat(stack.start().text()).doesNotContain("starts fresh");
    }
    pretendToKnowMoreBlocks(data);

    try (Stack stack = Stack.up(data)) {
      assertThat(stack.start().text()).contains("The devnet starts fresh: its chain came back at");
      Stack.DemoPiece piece = stack.demoPieces().getLast();
      assertThat(Client.get(piece.url()).sha256()).isEqualTo(piece.sha256());
    }
  }

  /** Its second end comes while it starts. */
  private static void assertKafkaIsStartedAgainHoweverOftenItEnds(Stack stack) {
    ProcessHandle first = stack.running("kafka").orElseThrow();
    ProcessHandle second = awaitAnotherKafka(stack, kill(first));
    awaitAnotherKafka(stack, kill(second));
  }

  private static ProcessHandle kill(ProcessHandle process) {
    process.destroyForcibly();
    process.onExit().join();
    return process;
  }

  private static ProcessHandle awaitAnotherKafka(Stack stack, ProcessHandle than) {
    return await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofMinutes(3))
        .until(
            () -> stack.running("kafka"),
            found -> found.filter(now -> !now.equals(than)).isPresent())
        .orElseThrow();
  }

  /** As if the chain's newest state had not reached the disk; while no indexer writes. */
  private static void pretendToKnowMoreBlocks(Path data) throws SQLException {
    try (EmbeddedPostgres postgres =
            EmbeddedPostgres.start(data.resolve("networks/devnet/postgres"), 0);
        Connection connection = DriverManager.getConnection(postgres.jdbcUrl("indexer"));
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate("update cursor set block_number = block_number + 100000"))
          .isEqualTo(1);
    }
  }

  @Test
  void aChainOfOthersIsFollowedAndNoneIsStarted() throws IOException {
    try (Anvil chain = Anvil.start(Anvil.Options.inMemory(folder.resolve("chain.log")));
        Devnet devnet = Devnet.on(chain)) {
      String contracts = devnet.contracts().filBeamOperator();
      String ours = Files.readString(Path.of("../networks/devnet.json"));
      assertThat(ours).contains(contracts);
      Path file =
          Files.writeString(
              folder.resolve("theirs.json"),
              ours.replaceFirst("http://127.0.0.1:\\d+", chain.rpcUrl())
                  .replace("\"devnet\"", "\"theirs\""));

      try (Stack stack =
          Stack.up(
              folder.resolve("data"),
              Map.of("FILCDN_OPERATOR_KEY", DevnetAccount.OPERATOR.privateKey()),
              "--network=" + file)) {
        assertThat(stack.fields()).doesNotContain("provider", "payer", "dataSetId", "pieces");
        assertThat(stack.start().text()).contains("Starting FilCDN on theirs");
      }
    }
  }

  @Test
  void aPortInUseIsNamedAndNothingStarts() throws IOException {
    int base = FreePort.find();
    try (ServerSocket taken = new ServerSocket(base + 4, 1, InetAddress.getLoopbackAddress())) {
      Outcome outcome = up("--port-base", Integer.toString(base));
      assertFailsInOneLine(
          outcome, "port %d, for kafka, is in use".formatted(taken.getLocalPort()), "--port-base");
    }
  }

  @Test
  void aBrokenNetworkFileIsExplained() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.json"), "{\"name\": \"mine\",");
    assertFailsInOneLine(up("--network", file.toString()), file.toString(), "is not JSON");
    Files.writeString(file, "{\"name\": \"mine\"}");
    assertFailsInOneLine(
        up("--network", file.toString()), file.toString(), "expected a text, found nothing");
  }

  @Test
  void anUnknownNetworkIsExplained() {
    assertFailsInOneLine(up("--network", "atlantis"), "no network \"atlantis\"", "devnet");
  }

  @Test
  void anUnreachableChainIsExplained() throws IOException {
    String calibration = Files.readString(Path.of("../networks/calibration.json"));
    Path file =
        Files.writeString(
            folder.resolve("far.json"),
            calibration.replaceFirst(
                "\"rpcUrls\"\\s*:\\s*\\[[^]]*]", "\"rpcUrls\": [\"http://127.0.0.1:9\"]"));
    Outcome outcome =
        Script.run(
            Map.of("FILCDN_OPERATOR_KEY", SOME_KEY),
            List.of("up", "--no-build", "--port-base=0", "--network", file.toString(), data()));
    assertFailsInOneLine(outcome, "127.0.0.1:9", "rpcUrls");
  }

  @Test
  void aChainOfOthersNeedsTheOperatorsKey() {
    assertFailsInOneLine(up("--network", "calibration"), "FILCDN_OPERATOR_KEY");
  }

  @Test
  void missingToolsAreNamed() throws IOException {
    Map<String, String> noJava =
        Map.of("PATH", pathWithout("java"), "JAVA_HOME", "", "HOME", folder.toString());
    assertFailsInOneLine(
        Script.runThatLooksNowhereForJava(noJava, List.of("up", "--no-build", data())),
        "no JDK 25 found",
        "JAVA_HOME");

    Map<String, String> noNpm =
        Map.of("PATH", pathWithout("npm"), "JAVA_HOME", System.getProperty("java.home"));
    assertFailsInOneLine(Script.run(noNpm, List.of("up", data())), "no npm found", "install npm");
  }

  @Test
  void whatIsBuiltNeedsNothingButJava() throws IOException {
    Map<String, String> onlyJava =
        Map.of(
            "PATH",
            pathWithout("npm", "node", "mvn", "javac"),
            "JAVA_HOME",
            System.getProperty("java.home"));
    assertFailsInOneLine(
        Script.run(onlyJava, List.of("up", "--no-build", "--network=atlantis", data())),
        "no network \"atlantis\"");
  }

  /** A folder of links to all that the script needs but these. */
  private String pathWithout(String... missing) throws IOException {
    Path links = Files.createDirectories(folder.resolve("without-" + String.join("-", missing)));
    for (String part : System.getenv("PATH").split(":")) {
      if (!Files.isDirectory(Path.of(part))) {
        continue;
      }
      try (var files = Files.list(Path.of(part))) {
        for (Path file : files.toList()) {
          Path link = links.resolve(file.getFileName());
          if (!List.of(missing).contains(file.getFileName().toString()) && !Files.exists(link)) {
            Files.createSymbolicLink(link, file);
          }
        }
      }
    }
    return links.toString();
  }

  @Test
  void unknownWordsAreExplained() {
    assertFailsInOneLine(up("--fast"), "--fast", "./filcdn up --help");
    assertFailsInOneLine(Script.run("fly"), "fly", "./filcdn help");
    assertFailsInOneLine(Script.run("store", data()), "./filcdn store FILE");
  }

  @Test
  void everyCommandHasHelp() {
    for (String command :
        List.of(
            "up",
            "down",
            "status",
            "store",
            "logs",
            "restart",
            "backup",
            "restore",
            "version",
            "test",
            "rehearse",
            "mutate")) {
      Outcome help = Script.run(command, "--help");
      assertThat(help.exitCode()).isZero();
      assertThat(help.lines().getFirst()).startsWith("./filcdn " + command);
    }
  }

  private Outcome up(String... words) {
    List<String> all = new ArrayList<>(List.of("up", "--no-build", data()));
    all.addAll(List.of(words));
    return Script.run(Map.of(), all);
  }

  private String data() {
    return Stack.data(folder.resolve("data"));
  }

  private void assertFailsInOneLine(Outcome outcome, String... parts) {
    assertIsOneLine(outcome, parts);
    assertThat(folder.resolve("data/stack.json")).doesNotExist();
    Path pids = folder.resolve("data/pids");
    assertThat(!Files.exists(pids) || isEmpty(pids)).as("nothing is left running").isTrue();
  }

  private static void assertIsOneLine(Outcome outcome, String... parts) {
    assertThat(outcome.exitCode()).as(outcome.text()).isEqualTo(1);
    assertThat(outcome.lines()).hasSize(1);
    assertThat(outcome.lines().getFirst()).startsWith("filcdn: ").contains(parts);
  }

  private static boolean isEmpty(Path pids) {
    return Objects.requireNonNull(pids.toFile().list()).length == 0;
  }
}
