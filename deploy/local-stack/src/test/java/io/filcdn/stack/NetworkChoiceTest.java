package io.filcdn.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.testing.chain.DevnetContracts;
import io.filcdn.testing.process.Listener;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkChoiceTest {

  private static final Path NETWORKS = Path.of("../networks");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"devnet", "calibration", "mainnet"})
  void aNetworkHasAName(String name) {
    NetworkChoice choice = NetworkChoice.find(NETWORKS, name);

    assertThat(choice.read().name()).isEqualTo(name);
    assertThat(choice.isDevnet()).isEqualTo(name.equals("devnet"));
  }

  @Test
  void aFileIsNeverOurOwnDevnet() {
    NetworkChoice choice = NetworkChoice.find(NETWORKS, NETWORKS.resolve("devnet.json").toString());

    assertThat(choice.isDevnet()).isFalse();
    assertThat(choice.listeners()).doesNotContain(Listener.CHAIN, Listener.PROVIDER).hasSize(7);
  }

  @Test
  void anUnknownNetworkIsToldWithTheKnownOnes() {
    assertThatThrownBy(() -> NetworkChoice.find(NETWORKS, "atlantis"))
        .isInstanceOf(StackFailure.class)
        .hasMessage(
            "no network \"atlantis\": expected calibration, devnet, mainnet, or the path of a network file");
  }

  @Test
  void aBrokenFileIsOneLine() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.json"), "{\"name\": \"broken\"}");

    assertThatThrownBy(() -> NetworkChoice.find(NETWORKS, broken.toString()).read())
        .isInstanceOf(StackFailure.class)
        .hasMessageContaining("broken.json")
        .hasMessageNotContaining("\n");
  }

  @Test
  void theServicesReadWhereTheChainOfThisRunIs() throws IOException {
    NetworkChoice choice = NetworkChoice.find(NETWORKS, "devnet");
    Network before = choice.read();
    Path effective = folder.resolve("network.json");
    Instant genesis = Instant.ofEpochMilli(1_700_000_000_123L);

    choice.copyTo(effective, "http://127.0.0.1:12345", genesis);
    Network after = NetworkFile.read(effective);

    assertThat(after.rpcUrls()).containsExactly(URI.create("http://127.0.0.1:12345"));
    assertThat(after.genesis()).isEqualTo(genesis);
    assertThat(after)
        .usingRecursiveComparison()
        .ignoringFields("rpcUrls", "genesis")
        .isEqualTo(before);
  }

  @Test
  void theDevnetsFileHasTheAddressesThatItsContractsGet() {
    DevnetContracts deployed = DevnetContracts.ADDRESSES;

    Network devnet = NetworkChoice.find(NETWORKS, "devnet").read();

    assertThat(devnet.chainId()).isEqualTo(DevnetContracts.CHAIN_ID);
    Network.Contracts contracts = devnet.contracts();
    assertThat(contracts.pdpVerifier().hex()).isEqualTo(deployed.pdpVerifier());
    assertThat(contracts.fwss().hex()).isEqualTo(deployed.fwss());
    assertThat(contracts.stateView().hex()).isEqualTo(deployed.stateView());
    assertThat(contracts.serviceProviderRegistry().hex())
        .isEqualTo(deployed.serviceProviderRegistry());
    assertThat(contracts.filecoinPay().hex()).isEqualTo(deployed.filecoinPay());
    assertThat(contracts.filBeamOperator().hex()).isEqualTo(deployed.filBeamOperator());
    assertThat(contracts.token().hex()).isEqualTo(deployed.token());
  }

  @Test
  void theOperatorsKeyHasToBeGivenAndIsNeverShown() {
    Network calibration = NetworkChoice.find(NETWORKS, "calibration").read();
    String key = "0x" + "0123456789abcdef".repeat(4);

    assertThat(NetworkChoice.operatorKey(calibration, Optional.of(key + "\n"))).isEqualTo(key);
    assertThatThrownBy(() -> NetworkChoice.operatorKey(calibration, Optional.empty()))
        .isInstanceOf(StackFailure.class)
        .hasMessageContaining("calibration needs its operator's key: set FILCDN_OPERATOR_KEY");
    assertThatThrownBy(() -> NetworkChoice.operatorKey(calibration, Optional.of(key + "0")))
        .isInstanceOf(StackFailure.class)
        .hasMessageContaining("found 67 characters")
        .hasMessageNotContaining("89abcdef");
  }
}
