package io.filcdn.testing.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.chain.abi.AbiError;
import io.filcdn.chain.abi.AbiFunction;
import io.filcdn.chain.abi.AbiSignature;
import io.filcdn.chain.abi.ContractAbi;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The devnet's contracts have the real ones' events, functions and errors: the same hashes, taken
 * down from the real chain.
 */
class ContractInterfaceTest {
  @ParameterizedTest(name = "{0}.{1}")
  @CsvSource({
    "FilecoinWarmStorageService,DataSetCreated,0xc90cb3863281dc6e2e16e74064ed2e0ab91144ccfe5c3492b8c33f58fe90d0db",
    "FilecoinWarmStorageService,PieceAdded,0xe919e037e2ba38e953115496aafcfc43555ef39f79c2f5f996608a78628eabd7",
    "FilecoinWarmStorageService,ServiceTerminated,0x10c867634d8e51bbfd5ddd2e06b4f4a97a91274488ee3afbe1e146aa79e85293",
    "FilecoinWarmStorageService,PDPPaymentTerminated,0x15371708a8f4745aad266e85741738fc10741627fcc63fd79f29843c59bb3eaf",
    "FilecoinWarmStorageService,CDNPaymentRailsToppedUp,0x6b6e3adced39b19ee0a9f68ef785f7275ed75801e5f126964678fdf0f0552711",
    "FilecoinWarmStorageService,CDNServiceTerminated,0xe050575f2f51273412c3b1a9a74ce3a2abc98172b48f6d19442de80a3744367d",
    "FilecoinWarmStorageService,DataSetAbandoned,0x2299c9051e3efb30d43a1a50966a7a5e1ecc1e0fdc0cc6587c9141facbbdee88",
    "PDPVerifier,PiecesAdded,0x396df50222a87662e94bb7d173792d5e61fe0b193b6ccf791f7ce433f0b28207",
    "PDPVerifier,PiecesRemoved,0x6e87df804629ac17804b57ba7abbdfac8bdc36bab504fb8a8801eb313a8ce7b1",
    "PDPVerifier,DataSetDeleted,0x14eeeef7679fcb051c6572811f61c07bedccd0f1cfc1f9b79b23e47c5c52aeb7",
    "ServiceProviderRegistry,ProductAdded,0xf736f1c7fa0eb68f0384383abc0d4dcc8208127acfb5c87f03f965f2a8a69686",
    "ServiceProviderRegistry,ProductUpdated,0x19305e69de03c2e3298427ad2c225fef7bc07a55c9a1a6b930f5d21ad6f22148",
    "ServiceProviderRegistry,ProductRemoved,0x4c363c6cd3d80189ef501b26de41894b3ed5e7b4a85b096be6cbcaa8a13e5e4d",
    "ServiceProviderRegistry,ProviderRemoved,0x452148878c72ebab44f2761cb8b0b79c50628a437350aee5f3aab66625addcc4",
    "FilecoinPay,RailTerminated,0x341cedeea2157541f32a2c3ba561c2a096f12997813844db9818532104a41aa9",
    "FilecoinPay,RailFinalized,0xeba1d176034891f68b755fb52cf844fe98a96ca13b50147fbe0e93f6cdecd9e2",
    "FilecoinPay,RailOneTimePaymentProcessed,0x70358589bc618854360f545817cd39ae53b440c5c6ef7bb83db1c86f3496f723",
    "FilBeamOperator,UsageReported,0xb8a21d4673df42e3b2f67ef580a86f3f5fd56e8515c41c3b9438f3cffd89db02",
    "FilBeamOperator,CDNSettlement,0x25412ba3bcccbe20d39995f52c529ab9cc36c8c4b3470ab5820ecaa849988097",
    "FilBeamOperator,CacheMissSettlement,0x281f4b29d5d73ecf0dd98a23d9db67a1b3df6785d8938151485a8abdecb29a38"
  })
  void eventHasTheTopicOfTheRealChain(String contract, String event, String topic0) {
    assertThat(CompiledContract.load(contract).abi().event(event).topic()).isEqualTo(topic0);
  }

  @ParameterizedTest(name = "{0}.{1}")
  @CsvSource({
    "FilBeamOperator,recordUsageRollups,0x38fa0b4b",
    "FilBeamOperator,settleCDNPaymentRails,0x0aec5776",
    "FilBeamOperator,settleCacheMissPaymentRails,0x0977c0a5",
    "FilBeamOperator,terminateCDNPaymentRails,0xc532968c",
    "FilBeamOperator,dataSetUsage,0x8bcca283",
    "FilecoinWarmStorageService,settleFilBeamPaymentRails,0x3615edff",
    "FilecoinWarmStorageService,topUpCDNPaymentRails,0xeb561d9c",
    "FilecoinWarmStorageService,terminateCDNService,0x648564c0",
    "FilecoinWarmStorageServiceStateView,getDataSet,0xbdaac056",
    "FilecoinPay,getRail,0x22e440b3"
  })
  void functionHasTheSelectorOfTheRealChain(String contract, String function, String selector) {
    AbiSignature signature = CompiledContract.load(contract).abi().function(function).signature();

    assertThat(signature.selector()).isEqualTo(selector);
  }

  @ParameterizedTest(name = "{0}.{1}")
  @CsvSource({
    "FilecoinWarmStorageService,OnlyFilBeamControllerAllowed,0xc2aebdff",
    "FilBeamOperator,Unauthorized,0x82b42900"
  })
  void errorHasTheSelectorOfTheRealChain(String contract, String error, String selector) {
    assertThat(CompiledContract.load(contract).abi().errors())
        .filteredOn(found -> found.name().equals(error))
        .extracting(found -> found.signature().selector())
        .containsExactly(selector);
  }

  /** The devnet's contracts have what the services read and call; of the errors, some. */
  @ParameterizedTest
  @MethodSource("committed")
  void committedAbiIsPartOfTheCompiledContracts(String contract, ContractAbi committed) {
    ContractAbi compiled = CompiledContract.load(contract).abi();

    assertThat(compiled.events()).containsAll(committed.events());
    for (AbiError error : committed.errors()) {
      assertThat(compiled.errors())
          .filteredOn(found -> found.name().equals(error.name()))
          .allSatisfy(found -> assertThat(found).isEqualTo(error));
    }
    for (AbiFunction function : committed.functions()) {
      assertThat(compiled.function(function.signature().name()).signature())
          .isEqualTo(function.signature());
    }
  }

  static Stream<Arguments> committed() {
    return Stream.of(
        Arguments.of("FilecoinWarmStorageService", ContractAbi.FWSS),
        Arguments.of("FilecoinWarmStorageServiceStateView", ContractAbi.STATE_VIEW),
        Arguments.of("PDPVerifier", ContractAbi.PDP_VERIFIER),
        Arguments.of("ServiceProviderRegistry", ContractAbi.SERVICE_PROVIDER_REGISTRY),
        Arguments.of("FilecoinPay", ContractAbi.FILECOIN_PAY),
        Arguments.of("FilBeamOperator", ContractAbi.FIL_BEAM_OPERATOR));
  }
}
