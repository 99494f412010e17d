package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.Devnet.tokens;
import static io.filcdn.testing.chain.DevnetAccount.PAYEE;
import static io.filcdn.testing.chain.DevnetAccount.PAYER;
import static io.filcdn.testing.chain.DevnetAccount.PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.testing.chain.Anvil.Options;
import io.filcdn.testing.chain.DevnetContracts.ForeignChain;
import io.filcdn.testing.chain.DevnetOperator.Rollup;
import io.filcdn.testing.chain.Transaction.EventLog;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevnetContractsIT {
  private static final Path LOG = Path.of("target", "anvil", "contracts.log");

  @Test
  void contractsStandAtTheSameAddressesOnEveryDevnet() {
    try (Anvil anvil = Anvil.start(Options.inMemory(LOG));
        Devnet devnet = Devnet.on(anvil)) {
      assertThat(devnet.contracts())
          .isEqualTo(
              new DevnetContracts(
                  "0x5fbdb2315678afecb367f032d93f642f64180aa3",
                  "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512",
                  "0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0",
                  "0xcf7ed3acca5a467e9e704c703e8d87f634fb0fc9",
                  "0xdc64a140aa3e981100a9beca4e685f962f0cf6c9",
                  "0x5fc8d32690cc91d4c39d9d3abcbd16989f875707",
                  "0x0165878a594ca255338adfa4d48449f69242eb8f",
                  "0x8a791620dd6260079bf849dc5567adc3f2fdc318",
                  "0x610178da211fef7d417bc0e6fed39f05609ad788"));
      assertThat(devnet.reads().fwssController()).isEqualTo(devnet.contracts().filBeamOperator());
    }
  }

  @Test
  void accountsAreTheOnesThatAnvilUnlocks() {
    try (Anvil anvil = Anvil.start(Options.inMemory(LOG))) {
      List<String> unlocked =
          anvil.rpc().call("eth_accounts").values().stream()
              .map(node -> node.asString().toLowerCase(java.util.Locale.ROOT))
              .toList();

      assertThat(List.of(DevnetAccount.values()))
          .extracting(DevnetAccount::address)
          .isEqualTo(unlocked);
      assertThat(DevnetAccount.DEPLOYER.privateKey()).startsWith("0xac0974be").hasSize(66);
    }
  }

  @Test
  void deployedContractsAreLeftAlone() {
    try (Anvil anvil = Anvil.start(Options.inMemory(LOG));
        Devnet first = Devnet.on(anvil)) {
      long epoch = first.epoch();

      try (Devnet second = Devnet.on(anvil)) {
        assertThat(second.contracts()).isEqualTo(first.contracts());
        assertThat(second.epoch()).isEqualTo(epoch);
      }
    }
  }

  @Test
  void deploymentThatWasCutShortIsFinished() {
    try (Anvil anvil = Anvil.start(Options.inMemory(LOG))) {
      String snapshot = anvil.snapshot();
      List<EventLog> wiring;
      try (Devnet whole = Devnet.on(anvil)) {
        wiring = whole.history().logs(whole.contracts().fwss(), 0, whole.epoch());
      }
      anvil.revertTo(snapshot);
      new Transactions(anvil.rpc())
          .deploy(
              DevnetAccount.DEPLOYER.address(),
              "0x" + CompiledContract.load("DevToken").bytecode());

      try (Devnet finished = Devnet.on(anvil)) {
        assertThat(finished.history().logs(finished.contracts().fwss(), 0, finished.epoch()))
            .extracting(EventLog::topic0)
            .isEqualTo(wiring.stream().map(EventLog::topic0).toList());
      }
    }
  }

  @Test
  void chainOfSomethingElseIsRefused() {
    try (Anvil anvil = Anvil.start(Options.inMemory(LOG))) {
      Transactions transactions = new Transactions(anvil.rpc());
      String deployer = DevnetAccount.DEPLOYER.address();
      transactions.deploy(deployer, "0x" + CompiledContract.load("FilecoinPay").bytecode());

      assertThatThrownBy(() -> Devnet.on(anvil))
          .isInstanceOf(ForeignChain.class)
          .hasMessageContaining("DevToken");
    }
  }

  @Test
  void scenarioSurvivesARestart(@TempDir Path folder) {
    Options options =
        Options.inMemory(LOG).keptIn(folder.resolve("state.json"), Duration.ofMinutes(10));
    long dataSetId;
    List<EventLog> logs;
    try (Anvil anvil = Anvil.start(options);
        Devnet devnet = Devnet.on(anvil)) {
      devnet.asProvider(PROVIDER).register(PAYEE.address(), "http://127.0.0.1:1/");
      devnet.asPayer(PAYER).prepare(tokens("10"));
      dataSetId = devnet.asProvider(PROVIDER).createDataSet(PAYER.address(), true);
      devnet.asOperator().report(5, Rollup.of(dataSetId, 11, 1));
      logs = devnet.history().logs(devnet.contracts().fwss(), 0, devnet.epoch());
    }

    try (Anvil anvil = Anvil.start(options);
        Devnet devnet = Devnet.on(anvil)) {
      assertThat(devnet.history().logs(devnet.contracts().fwss(), 0, devnet.epoch()))
          .isEqualTo(logs);
      devnet.asOperator().settleCdn(dataSetId);
      assertThat(devnet.reads().owedUsage(dataSetId).cdnAmount()).isEqualTo(BigInteger.ZERO);
    }
  }
}
