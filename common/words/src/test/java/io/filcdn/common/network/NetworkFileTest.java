package io.filcdn.common.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.NetworkFile.BrokenNetworkFileException;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.TokenAmount;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkFileTest {

  private static final String FILE =
      """
      {
        "name": "testnet", "chainId": 314159, "rpcUrls": ["https://one.example/rpc", "http://127.0.0.1:8545"],
        "genesisMs": 1667326380000, "epochSeconds": 30, "firstBlock": 3140000, "generation": "fwss",
        "finality": {"tag": "finalized", "fallbackDepth": 900},
        "contracts": {
          "pdpVerifier": "0x85e366Cf9DD2c0aE37E963d9556F5f4718d6417C",
          "fwss": "0x02925630df557F957f70E112bA06e50965417CA0",
          "stateView": "0xF4B446171b3677fD2B9b183a9fB76d517365700a",
          "serviceProviderRegistry": "0x839e5c9988e4e9977d40708d0094103c0839Ac9D",
          "filecoinPay": "0x09a0fDc2723fAd1A7b8e3e00eE5DF73841df55a0",
          "filBeamOperator": "0x5991E4F9fcEF4AE23959eE03638B4688A7e1EcfF",
          "token": "0xb3042734b608a1B16e9e86B374A3f3e389B4cDf0"
        },
        "operators": [
          {"address": "0x1111111111111111111111111111111111111111", "fromBlock": 3140000, "toBlock": 3200000},
          {"address": "0x5991E4F9fcEF4AE23959eE03638B4688A7e1EcfF", "fromBlock": 3200001}
        ],
        "rates": {"cdnPerTib": "8000000000000000000", "cacheMissPerTib": "3000000000000000000"},
        "countReportsFrom": 3150000, "reportEverySeconds": 1800, "settleEverySeconds": 1800,
        "allowPrivateOrigins": false
      }
      """;

  @Test
  void everyFieldIsRead() {
    Network network = NetworkFile.parse("testnet.json", FILE);

    assertThat(network.name()).isEqualTo("testnet");
    assertThat(network.chainId()).isEqualTo(314159);
    assertThat(network.rpcUrls())
        .containsExactly(
            URI.create("https://one.example/rpc"), URI.create("http://127.0.0.1:8545"));
    assertThat(network.genesis()).isEqualTo(Instant.ofEpochMilli(1667326380000L));
    assertThat(network.epochDuration()).isEqualTo(Duration.ofSeconds(30));
    assertThat(network.firstBlock()).isEqualTo(new BlockNumber(3140000));
    assertThat(network.generation()).isEqualTo(Generation.FWSS);
    assertThat(network.finality())
        .isEqualTo(new Network.Finality(Optional.of("finalized"), 900, 30));
    assertThat(network.contracts().token())
        .isEqualTo(Address.of("0xb3042734b608a1b16e9e86b374a3f3e389b4cdf0"));
    assertThat(network.operators())
        .containsExactly(
            new Network.Operator(
                Address.of("0x" + "1".repeat(40)),
                new BlockNumber(3140000),
                Optional.of(new BlockNumber(3200000))),
            new Network.Operator(
                network.contracts().filBeamOperator(), new BlockNumber(3200001), Optional.empty()));
    assertThat(network.rates())
        .isEqualTo(
            new Network.Rates(
                TokenAmount.of("8000000000000000000"), TokenAmount.of("3000000000000000000")));
    assertThat(network.countReportsFrom()).isEqualTo(new BlockNumber(3150000));
    assertThat(network.reportEvery()).isEqualTo(Duration.ofMinutes(30));
    assertThat(network.settleEvery()).isEqualTo(Duration.ofMinutes(30));
    assertThat(network.allowPrivateOrigins()).isFalse();
  }

  @Test
  void whatMayBeLeftOutHasASafeDefault() throws JsonProcessingException {
    ObjectNode file = (ObjectNode) JsonMapper.builder().build().readTree(FILE);
    file.remove(
        java.util.List.of(
            "firstBlock",
            "generation",
            "finality",
            "operators",
            "rates",
            "countReportsFrom",
            "reportEverySeconds",
            "settleEverySeconds",
            "allowPrivateOrigins"));

    Network network = NetworkFile.parse("short.json", file.toString());

    assertThat(network.firstBlock()).isEqualTo(new BlockNumber(0));
    assertThat(network.finality()).isEqualTo(new Network.Finality(Optional.empty(), 900, 30));
    assertThat(network.operators())
        .containsExactly(
            new Network.Operator(
                network.contracts().filBeamOperator(), new BlockNumber(0), Optional.empty()));
    assertThat(network.rates()).isEqualTo(Network.Rates.USUAL);
    assertThat(network.reportEvery()).isEqualTo(Duration.ofHours(4));
    assertThat(network.allowPrivateOrigins()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/chainId           | \"x\"             | chainId: expected a whole number",
        "/genesisMs         | -1                | genesisMs: expected a whole number",
        "/epochSeconds      | 0                 | epochSeconds: expected a number of seconds above 0",
        "/rpcUrls           | []                | rpcUrls: expected a list of at least one",
        "/rpcUrls/1         | \"ftp://x\"       | rpcUrls[1]: expected an http(s) URL, found \"ftp://x\"",
        "/contracts/fwss    | \"0x12\"          | contracts.fwss: expected an address",
        "/contracts/fwss    | null              | contracts.fwss: expected a text, found null",
        "/operators/0/address | 7               | operators[0].address: expected a text, found 7",
        "/operators/1/address | \"0x2222222222222222222222222222222222222222\" | operators: expected a list that holds contracts.filBeamOperator",
        "/finality/tag      | \"soon\"          | finality.tag: expected \"finalized\"",
        "/rates/cdnPerTib   | \"0\"             | rates.cdnPerTib: expected an amount above 0, found \"0\"",
        "/rates/cacheMissPerTib | 7             | rates.cacheMissPerTib: expected a text, found 7",
        "/rates/cdnPerTib   | \"7.5\"           | rates.cdnPerTib: expected an amount in decimal digits",
        "/generation        | \"next\"          | generation: expected the generation",
        "/allowPrivateOrigins | \"yes\"         | allowPrivateOrigins: expected true or false",
        "/name              | \"\"              | name: expected a text"
      })
  void aBrokenFieldIsNamedWithWhatWasExpectedAndFound(String pointer, String value, String message)
      throws JsonProcessingException {
    JsonMapper mapper = JsonMapper.builder().build();
    JsonNode file = mapper.readTree(FILE);
    int cut = pointer.lastIndexOf('/');
    JsonNode parent = file.at(pointer.substring(0, cut));
    String field = pointer.substring(cut + 1);
    if (parent instanceof ObjectNode object) {
      object.set(field, mapper.readTree(value));
    } else {
      ((com.fasterxml.jackson.databind.node.ArrayNode) parent)
          .set(Integer.parseInt(field), mapper.readTree(value));
    }

    assertThatThrownBy(() -> NetworkFile.parse("my.json", file.toString()))
        .isInstanceOf(BrokenNetworkFileException.class)
        .hasMessageStartingWith("network file my.json: " + message)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"name\": tru}", "null"})
  void textThatIsNoJsonObjectIsRefusedInOneLine(String text) {
    assertThatThrownBy(() -> NetworkFile.parse("my.json", text))
        .isInstanceOf(BrokenNetworkFileException.class)
        .hasMessageContaining("my.json")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aMissingFileIsRefusedInOneLine() {
    assertThatThrownBy(() -> NetworkFile.read(Path.of("no", "such.json")))
        .isInstanceOf(BrokenNetworkFileException.class)
        .hasMessageContaining("cannot be read")
        .hasMessageNotContaining("\n");
  }

  @Test
  void epochsAreCountedFromTheGenesis() {
    Network network = NetworkFile.parse("testnet.json", FILE);
    Instant genesis = network.genesis();

    assertThat(network.epochAt(genesis)).isEqualTo(new Epoch(0));
    assertThat(network.epochAt(genesis.plusMillis(29_999))).isEqualTo(new Epoch(0));
    assertThat(network.epochAt(genesis.plusSeconds(30))).isEqualTo(new Epoch(1));
    assertThat(network.epochAt(genesis.minusSeconds(1))).isEqualTo(new Epoch(0));
    assertThat(network.timeOf(new Epoch(3))).isEqualTo(genesis.plusSeconds(90));
  }

  @Test
  void aReportCountsOnlyWhileItsOperatorWasInOffice() {
    Network.Operator past = NetworkFile.parse("testnet.json", FILE).operators().getFirst();

    assertThat(past.countsAt(new BlockNumber(3139999))).isFalse();
    assertThat(past.countsAt(new BlockNumber(3140000))).isTrue();
    assertThat(past.countsAt(new BlockNumber(3200000))).isTrue();
    assertThat(past.countsAt(new BlockNumber(3200001))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mainnet", "calibration", "devnet"})
  void theFilesThatShipAreSound(String name) {
    Network network = NetworkFile.read(Path.of("..", "..", "deploy", "networks", name + ".json"));

    assertThat(network.name()).isEqualTo(name);
    assertThat(network.allowPrivateOrigins()).isEqualTo(name.equals("devnet"));
  }
}
