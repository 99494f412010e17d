package io.filcdn.chain.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The committed ABI against the literals of the deployed contracts. */
class ContractAbiTest {

  @ParameterizedTest
  @CsvSource({
    "DataSetCreated,0xc90cb3863281dc6e2e16e74064ed2e0ab91144ccfe5c3492b8c33f58fe90d0db",
    "PieceAdded,0xe919e037e2ba38e953115496aafcfc43555ef39f79c2f5f996608a78628eabd7",
    "ServiceTerminated,0x10c867634d8e51bbfd5ddd2e06b4f4a97a91274488ee3afbe1e146aa79e85293",
    "PDPPaymentTerminated,0x15371708a8f4745aad266e85741738fc10741627fcc63fd79f29843c59bb3eaf",
    "CDNPaymentRailsToppedUp,0x6b6e3adced39b19ee0a9f68ef785f7275ed75801e5f126964678fdf0f0552711",
    "CDNServiceTerminated,0xe050575f2f51273412c3b1a9a74ce3a2abc98172b48f6d19442de80a3744367d",
    "DataSetAbandoned,0x2299c9051e3efb30d43a1a50966a7a5e1ecc1e0fdc0cc6587c9141facbbdee88"
  })
  void eventsOfFwssHaveTheTopicsOfTheRealChain(String event, String topic) {
    assertThat(ContractAbi.FWSS.event(event).topic()).isEqualTo(topic);
  }

  @ParameterizedTest
  @CsvSource({
    "UsageReported,0xb8a21d4673df42e3b2f67ef580a86f3f5fd56e8515c41c3b9438f3cffd89db02",
    "CDNSettlement,0x25412ba3bcccbe20d39995f52c529ab9cc36c8c4b3470ab5820ecaa849988097",
    "CacheMissSettlement,0x281f4b29d5d73ecf0dd98a23d9db67a1b3df6785d8938151485a8abdecb29a38"
  })
  void eventsOfTheOperatorHaveTheTopicsOfTheRealChain(String event, String topic) {
    assertThat(ContractAbi.FIL_BEAM_OPERATOR.event(event).topic()).isEqualTo(topic);
  }

  @Test
  void eventsOfTheOtherContractsHaveTheTopicsOfTheRealChain() {
    assertThat(ContractAbi.PDP_VERIFIER.event("PiecesRemoved").topic())
        .isEqualTo("0x6e87df804629ac17804b57ba7abbdfac8bdc36bab504fb8a8801eb313a8ce7b1");
    assertThat(ContractAbi.SERVICE_PROVIDER_REGISTRY.event("ProductAdded").topic())
        .isEqualTo("0xf736f1c7fa0eb68f0384383abc0d4dcc8208127acfb5c87f03f965f2a8a69686");
    assertThat(ContractAbi.FILECOIN_PAY.event("RailTerminated").topic())
        .isEqualTo("0x341cedeea2157541f32a2c3ba561c2a096f12997813844db9818532104a41aa9");
    assertThat(ContractAbi.PANDORA_SERVICE.event("ProofSetRailCreated").topic())
        .isEqualTo("0x24b586589ca9922f7802dafd1c07a6219becc2eb5425519e4432a6eca03d5e7d");
  }

  @Test
  void errorsHaveTheSelectorsOfTheRealChain() {
    assertThat(ContractAbi.FWSS.errors())
        .extracting(error -> error.name() + " " + error.signature().selector())
        .contains("OnlyFilBeamControllerAllowed 0xc2aebdff");
    assertThat(ContractAbi.FIL_BEAM_OPERATOR.errors())
        .extracting(error -> error.name() + " " + error.signature().selector())
        .contains("Unauthorized 0x82b42900");
  }

  @Test
  void whatAContractDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> ContractAbi.FWSS.event("PieceAdd"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected one event PieceAdd of FilecoinWarmStorageService, found 0");
  }

  @Test
  void aResultIsReadByNamesHoweverMuchFollows() {
    AbiFunction usage = ContractAbi.FIL_BEAM_OPERATOR.function("dataSetUsage");

    assertThat(usage.returned("0x" + word(3) + word(2) + word(1) + word(9)))
        .hasValueSatisfying(
            values -> {
              assertThat(values.number("cdnAmount")).isEqualTo(BigInteger.valueOf(3));
              assertThat(values.capped("maxReportedEpoch")).isOne();
            });
    assertThat(usage.returned("0x" + word(3) + word(2))).isEmpty();
    assertThat(usage.returned("0x")).isEmpty();
  }

  @Test
  void aStructThatLiesElsewhereIsReadAsItsMembers() {
    AbiFunction cid = ContractAbi.PANDORA_PDP_VERIFIER.function("getRootCid");
    String answer = "0x" + word(32) + word(32) + word(2) + "abcd" + "0".repeat(60);

    assertThat(cid.returned(answer))
        .hasValueSatisfying(values -> assertThat(values.bytes("data")).containsExactly(0xab, 0xcd));
    assertThat(cid.returned("0x")).isEmpty();
  }

  @Test
  void typesOfTheAbiAreReadAsTheyAreWritten() {
    AbiType.Tuple type =
        AbiType.Tuple.of(
            "(uint8,bool,address,(uint256,uint256)[],string[],bytes[],(bytes,bytes4))");
    List<Object> values =
        List.of(
            BigInteger.TWO,
            true,
            "0x" + "ab".repeat(20),
            List.of(
                List.of(BigInteger.ONE, BigInteger.TEN), List.of(BigInteger.TWO, BigInteger.ZERO)),
            List.of("", "más larga que una palabra de treinta y dos bytes"),
            List.of(new byte[] {1}, new byte[32]),
            List.of(new byte[0], new byte[] {1, 2, 3, 4}));

    AbiData written = AbiData.ofHex("0x" + HexFormat.of().formatHex(type.write(values)));

    assertThat(read(type, written)).usingRecursiveComparison().isEqualTo(values);
  }

  @Test
  void whatIsNoValueOfATypeIsNotWritten() {
    AbiFunction mint = AbiFunction.of("mint(address,uint256)");

    assertThat(mint.call("0x" + "0a".repeat(20), 7))
        .isEqualTo("0x40c10f19" + "0".repeat(24) + "0a".repeat(20) + word(7));
    assertThatThrownBy(() -> mint.call("0x0a", 7)).hasMessageContaining("a value for address");
    assertThatThrownBy(() -> mint.call("0x" + "0a".repeat(20), -7))
        .hasMessage("expected a uint256, found -7");
    assertThatThrownBy(() -> mint.call(7)).hasMessageContaining("expected 2 values");
    assertThatThrownBy(() -> AbiFunction.of("mint(int256)"))
        .hasMessage("expected a known type, found \"int256\"");
  }

  /** The members of a tuple that itself stands at the begin. */
  private static List<Object> read(AbiType.Tuple type, AbiData data) {
    return AbiValues.read(
            type.members().stream().map(member -> new AbiParameter("", member, false)).toList(),
            data)
        .all();
  }

  private static String word(long value) {
    return "%064x".formatted(value);
  }
}
