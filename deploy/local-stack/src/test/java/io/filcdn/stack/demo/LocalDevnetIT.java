package io.filcdn.stack.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.testing.chain.ChainRpc;
import io.filcdn.testing.infra.EmbeddedPostgres;
import io.filcdn.testing.process.FreePort;
import io.filcdn.testing.provider.DemoProvider;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class LocalDevnetIT {

  @TempDir static Path shared;
  private static EmbeddedPostgres postgres;
  private static String indexer;

  @TempDir Path folder;
  private final Deque<ProcessHandle> started = new ArrayDeque<>();

  @BeforeAll
  static void startPostgres() {
    postgres = EmbeddedPostgres.start(shared.resolve("postgres"), 0);
    indexer = postgres.jdbcUrl("indexer");
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }

  @BeforeEach
  void noCursor() throws Exception {
    sql("drop table if exists cursor");
  }

  @AfterEach
  void stopChains() {
    started.forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void contentIsMadeOnceAndFoundAgain() throws Exception {
    LocalDevnet devnet = start();
    DemoContent made;
    try (DemoProvider provider = provider()) {
      assertThat(devnet.mismatch(indexer)).isEmpty();
      made = devnet.content(provider);
    }
    stop();

    LocalDevnet again = start();
    try (DemoProvider provider = provider()) {
      assertThat(again.mismatch(indexer)).isEmpty();
      DemoContent found = again.content(provider);

      assertThat(found.dataSetId()).isEqualTo(made.dataSetId());
      assertThat(found.pieces()).isEqualTo(made.pieces()).hasSize(4);
      assertThat(found.signed()).isEqualTo(made.signed());
      assertThat(found.signed().dataSetId()).isNotEqualTo(found.dataSetId());
      assertThat(found.serviceUrl()).isEqualTo(provider.url().toString());
    }
  }

  @Test
  void epochsOfTheClockAreBlocksOfTheChain() throws Exception {
    LocalDevnet devnet = start();
    Duration epoch = Duration.ofSeconds(3);

    Instant genesis = devnet.runByTheClock(epoch, Clock.systemUTC());
    long first = head();
    await().atMost(Duration.ofSeconds(20)).until(() -> head() >= first + 2);

    long byClock = Duration.between(genesis, Clock.systemUTC().instant()).dividedBy(epoch);
    assertThat(byClock).isBetween(head() - 1, head() + 1);
  }

  @Test
  void aChainBehindWhatWasIndexedIsTold() throws Exception {
    LocalDevnet devnet = start();
    index(1000, "0x" + "ab".repeat(32));

    assertThat(devnet.mismatch(indexer).orElseThrow())
        .matches("its chain came back at block \\d+, but block 1000 was indexed");
  }

  @Test
  void aChainWithAnotherBlockThanTheOneIndexedIsTold() throws Exception {
    LocalDevnet devnet = start();
    index(1, "0x" + "ab".repeat(32));

    assertThat(devnet.mismatch(indexer))
        .contains("block 1 of its chain is another one than the one indexed");
  }

  @Test
  void aChainWithTheIndexedBlockIsKept() throws Exception {
    LocalDevnet devnet = start();
    assertThat(devnet.mismatch(indexer)).isEmpty();
    try (ChainRpc rpc = new ChainRpc(url())) {
      index(2, rpc.call("eth_getBlockByNumber", "0x2", false).path("hash").asString());
    }

    assertThat(devnet.mismatch(indexer)).isEmpty();
  }

  @Test
  void aChainWhoseContentWasNotCompleteIsTold() throws Exception {
    start().mismatch(indexer);
    stop();

    assertThat(start().mismatch(indexer)).contains("its demo content is not complete");
  }

  @Test
  void aChainWithTheContentOfAnOlderBuildIsTold() throws Exception {
    LocalDevnet devnet = start();
    try (DemoProvider provider = provider()) {
      devnet.content(provider);
    }
    stop();
    Path file = folder.resolve("demo.json");
    Files.writeString(file, Files.readString(file).replace("\"signed\"", "\"other\""));

    assertThat(start().mismatch(indexer)).contains("its demo content is not complete");
  }

  @Test
  void aChainWhoseStateWasCutOffIsTold() throws Exception {
    // a chain that answers has begun, and writes its state when it is stopped
    start().mismatch(indexer);
    stop();
    Path state;
    try (Stream<Path> files = Files.list(folder.resolve("chain"))) {
      state = files.findFirst().orElseThrow();
    }
    Files.writeString(state, Files.readString(state).substring(0, 1000));

    assertThat(start().mismatch(indexer))
        .contains("the chain's state was cut off in the middle of a write");
  }

  private int port;

  private LocalDevnet start() throws Exception {
    port = FreePort.find();
    return LocalDevnet.start(folder, port, folder.resolve("chain.log"), started::push);
  }

  private void stop() {
    ProcessHandle last = started.pop();
    last.destroy();
    last.onExit().join();
  }

  private DemoProvider provider() {
    return DemoProvider.start(folder.resolve("provider"), 0);
  }

  private String url() {
    return URI.create("http://127.0.0.1:" + port).toString();
  }

  private long head() {
    try (ChainRpc rpc = new ChainRpc(url())) {
      return rpc.blockNumber();
    }
  }

  private static void index(long number, String hash) throws Exception {
    sql("create table cursor (block_number bigint not null, block_hash text not null)");
    sql("insert into cursor values (%d, '%s')".formatted(number, hash));
  }

  private static void sql(String statement) throws Exception {
    try (Connection connection = DriverManager.getConnection(indexer);
        var executed = connection.createStatement()) {
      executed.execute(statement);
    }
  }
}
