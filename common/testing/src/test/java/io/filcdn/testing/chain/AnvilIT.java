package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.DevnetAccount.OUTSIDER;
import static io.filcdn.testing.chain.DevnetAccount.PAYER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.testing.chain.Anvil.AnvilFailure;
import io.filcdn.testing.chain.Anvil.Options;
import io.filcdn.testing.chain.Anvil.Origin;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import tools.jackson.databind.JsonNode;

class AnvilIT {
  private static final Path LOG = Path.of("target", "anvil", "anvil.log");
  private static final Options IN_MEMORY = Options.inMemory(LOG);

  @Test
  void chainIsTheDevnets() {
    try (Anvil anvil = Anvil.start(IN_MEMORY)) {
      JsonNode block = anvil.rpc().call("eth_getBlockByNumber", "latest", false);

      assertThat(anvil.rpc().number("eth_chainId")).isEqualTo(31415926);
      assertThat(block.get("gasLimit").asString()).isEqualTo("0x2540be400");
      assertThat(anvil.origin()).isEqualTo(Origin.NEW);
      assertThat(ProcessHandle.of(anvil.pid())).isPresent();
    }
  }

  @Test
  void processEndsOnClose() {
    Anvil anvil = Anvil.start(IN_MEMORY);

    anvil.close();

    assertThat(anvil.isAlive()).isFalse();
  }

  @Test
  void usedPortIsSaid() {
    try (Anvil anvil = Anvil.start(IN_MEMORY)) {
      int port = java.net.URI.create(anvil.rpcUrl()).getPort();
      Options second = Options.inMemory(LOG.resolveSibling("second.log")).onPort(port);

      assertThatThrownBy(() -> Anvil.start(second))
          .isInstanceOf(AnvilFailure.class)
          .hasMessageContaining("port " + port)
          .hasMessageContaining("in use");
    }
  }

  @Test
  void finalizedIsTwoEpochsOfSlotsBehind() {
    try (Anvil anvil = Anvil.start(IN_MEMORY.withSlotsInAnEpoch(3))) {
      anvil.mine(20);

      assertThat(blockNumber(anvil, "latest")).isEqualTo(20);
      assertThat(blockNumber(anvil, "safe")).isEqualTo(17);
      assertThat(blockNumber(anvil, "finalized")).isEqualTo(14);
      assertThat(balance(anvil, "finalized")).isEqualTo(balance(anvil, "latest"));
    }
  }

  @Test
  void reorgForgetsTransactions() {
    try (Anvil anvil = Anvil.start(IN_MEMORY)) {
      anvil.mine(3);
      TransactionReceipt paid = pay(anvil);
      BigInteger before = balance(anvil, "latest");

      anvil.reorg(1);

      assertThat(blockNumber(anvil, "latest")).isEqualTo(paid.getBlockNumber().longValueExact());
      assertThat(blockHash(anvil, paid.getBlockNumber())).isNotEqualTo(paid.getBlockHash());
      assertThat(transaction(anvil, paid).isNull()).isTrue();
      assertThat(balance(anvil, "latest")).isLessThan(before);
    }
  }

  @Test
  void transactionsWaitWhileAutomineIsOff() {
    try (Anvil anvil = Anvil.start(IN_MEMORY)) {
      anvil.setAutomine(false);
      String hash =
          anvil
              .rpc()
              .call(
                  "eth_sendTransaction",
                  java.util.Map.of(
                      "from", PAYER.address(), "to", OUTSIDER.address(), "value", "0x1"))
              .asString();

      assertThat(anvil.rpc().blockNumber()).isZero();
      assertThat(anvil.rpc().call("eth_getTransactionReceipt", hash).isNull()).isTrue();
      anvil.mine(1);
      assertThat(anvil.rpc().call("eth_getTransactionReceipt", hash).isNull()).isFalse();
    }
  }

  @Test
  void transactionGetsABlockAtOnceWhileBlocksComeByTheClock() {
    Options options = IN_MEMORY.withBlocksEveryAndAtOnce(Duration.ofHours(1));
    try (Anvil anvil = Anvil.start(options)) {
      assertThat(pay(anvil).getBlockNumber()).isOne();
    }
  }

  @Test
  void blockTimeThatFillsTheMemoryIsRefused() {
    assertThatThrownBy(() -> IN_MEMORY.withBlockEvery(Duration.ofSeconds(2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void historySurvivesARestart(@TempDir Path folder) {
    Options options = kept(folder);
    TransactionReceipt paid;
    String genesis;
    try (Anvil anvil = Anvil.start(options)) {
      paid = pay(anvil);
      genesis = blockHash(anvil, BigInteger.ZERO);
      anvil.mine(10);
    }

    try (Anvil anvil = Anvil.start(options)) {
      assertThat(anvil.origin()).isEqualTo(Origin.RESUMED);
      assertThat(blockHash(anvil, BigInteger.ZERO)).isEqualTo(genesis);
      assertThat(blockHash(anvil, paid.getBlockNumber())).isEqualTo(paid.getBlockHash());
      assertThat(transaction(anvil, paid).isNull()).isFalse();
      assertThat(
              anvil
                  .rpc()
                  .call("eth_getTransactionReceipt", paid.getTransactionHash())
                  .get("blockHash")
                  .asString())
          .isEqualTo(paid.getBlockHash());
    }
  }

  @Test
  void stateIsReadableAtFinalAfterARestart(@TempDir Path folder) {
    Options options = kept(folder).withSlotsInAnEpoch(2);
    long head;
    try (Anvil anvil = Anvil.start(options)) {
      pay(anvil);
      anvil.mine(30);
      head = anvil.rpc().blockNumber();
    }

    try (Anvil anvil = Anvil.start(options)) {
      assertThat(blockNumber(anvil, "finalized")).isGreaterThanOrEqualTo(head);
      assertThat(balance(anvil, "finalized")).isEqualTo(balance(anvil, "latest"));
    }
  }

  @Test
  void killedNodeComesBackBehind(@TempDir Path folder) {
    Options options = kept(folder);
    try (Anvil anvil = Anvil.start(options)) {
      pay(anvil);
    }
    Anvil killed = Anvil.start(options);
    TransactionReceipt lost = pay(killed);
    killed.kill();

    try (Anvil anvil = Anvil.start(options)) {
      assertThat(anvil.origin()).isEqualTo(Origin.RESUMED);
      assertThat(transaction(anvil, lost).isNull()).isTrue();
      assertThat(anvil.rpc().blockNumber()).isLessThan(lost.getBlockNumber().longValueExact());
    }
  }

  @Test
  void stateFileCutOffInAWriteIsSetAside(@TempDir Path folder) throws IOException {
    Options options = kept(folder);
    try (Anvil anvil = Anvil.start(options)) {
      pay(anvil);
    }
    Path state = folder.resolve("state.json");
    byte[] whole = Files.readAllBytes(state);
    Files.write(state, java.util.Arrays.copyOf(whole, whole.length / 2));

    try (Anvil anvil = Anvil.start(options)) {
      assertThat(anvil.origin()).isEqualTo(Origin.STATE_WAS_BROKEN);
      assertThat(anvil.rpc().blockNumber()).isZero();
      assertThat(folder.resolve("state.json.broken")).exists();
    }
  }

  @Test
  void blockTimesBeginAtGenesisAndNeverGoBack(@TempDir Path folder) {
    Instant genesis = Instant.now().minus(Duration.ofDays(1));
    Options options = kept(folder).withGenesisAt(genesis);
    long last;
    try (Anvil anvil = Anvil.start(options)) {
      assertThat(blockTime(anvil, "0x0")).isEqualTo(genesis.getEpochSecond());
      anvil.mine(10, Duration.ofSeconds(30));
      last = blockTime(anvil, "latest");
      assertThat(last).isBetween(genesis.getEpochSecond() + 270, genesis.getEpochSecond() + 310);
    }

    try (Anvil anvil = Anvil.start(options)) {
      assertThat(blockTime(anvil, "latest")).isGreaterThanOrEqualTo(last);
    }
  }

  @Test
  void aMonthOfEpochsIsMinedInATest() {
    try (Anvil anvil = Anvil.start(IN_MEMORY.withoutPastStates())) {
      anvil.mineTo(86_400);

      assertThat(anvil.rpc().blockNumber()).isEqualTo(86_400);
      assertThatThrownBy(() -> anvil.mineTo(86_399)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static Options kept(Path folder) {
    return IN_MEMORY.keptIn(folder.resolve("state.json"), Duration.ofMinutes(10));
  }

  private static TransactionReceipt pay(Anvil anvil) {
    return new Transactions(anvil.rpc())
        .execute(PAYER.address(), OUTSIDER.address(), BigInteger.ONE, "0x");
  }

  private static JsonNode transaction(Anvil anvil, TransactionReceipt receipt) {
    return anvil.rpc().call("eth_getTransactionByHash", receipt.getTransactionHash());
  }

  private static BigInteger balance(Anvil anvil, String block) {
    return anvil.rpc().number("eth_getBalance", OUTSIDER.address(), block);
  }

  private static long blockNumber(Anvil anvil, String tag) {
    return number(anvil.rpc().call("eth_getBlockByNumber", tag, false).get("number"));
  }

  private static long blockTime(Anvil anvil, String block) {
    return number(anvil.rpc().call("eth_getBlockByNumber", block, false).get("timestamp"));
  }

  private static String blockHash(Anvil anvil, BigInteger number) {
    return anvil
        .rpc()
        .call("eth_getBlockByNumber", "0x" + number.toString(16), false)
        .get("hash")
        .asString();
  }

  private static long number(JsonNode hex) {
    return Long.decode(hex.asString());
  }
}
