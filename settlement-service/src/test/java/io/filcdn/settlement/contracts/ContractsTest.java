package io.filcdn.settlement.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.settlement.contracts.ContractError.Cause;
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.Submission.RailSettlement;
import io.filcdn.settlement.model.Submission.UsageReport;
import io.filcdn.settlement.model.Usage;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.Hash;
import org.web3j.protocol.core.Response;

/** Calls and events against the literals of the deployed contracts. */
class ContractsTest {

  private static final DataSetId TWELVE = DataSetId.of("fwss/12");

  @Test
  void callsBeginWithTheSelectorsOfTheDeployedContracts() {
    UsageReport report =
        new UsageReport(
            new Epoch(100),
            List.of(new Rollup(TWELVE, new Usage(ByteCount.of(2), ByteCount.of(1)), Usage.NONE)));

    assertThat(OperatorContract.encode(report)).startsWith("0x38fa0b4b");
    assertThat(OperatorContract.encode(new RailSettlement(Kind.CDN, List.of(TWELVE))))
        .startsWith("0x0aec5776");
    assertThat(OperatorContract.encode(new RailSettlement(Kind.CACHE_MISS, List.of(TWELVE))))
        .startsWith("0x0977c0a5");
    assertThat(OperatorContract.encode(new Submission.Termination(TWELVE)))
        .isEqualTo("0xc532968c" + word(12));
    assertThat(OperatorContract.encodeUsage(TWELVE)).startsWith("0x8bcca283");
    assertThat(PayContract.encodeRail(new RailId(7))).startsWith("0x22e440b3");
    assertThat(StateView.encodeDataSet(TWELVE)).isEqualTo("0xbdaac056" + word(12));
  }

  @Test
  void aPriceListIsReadWhereThereIsOne() {
    // token, storage, data set, cdn, cache miss, and what follows
    String list = "0x" + word(1) + word(2) + word(3) + word(7) + word(5) + word(6);

    assertThat(prices(list)).contains(new Network.Rates(TokenAmount.of(7), TokenAmount.of(5)));
    assertThat(prices("0x")).isEmpty();
    assertThat(prices("0x" + word(1) + word(2))).isEmpty();
    assertThat(prices("0x" + word(1) + word(2) + word(3) + word(0) + word(5))).isEmpty();
  }

  @Test
  void aReportIsEncodedAsEpochAndThreeListsOfOneLength() {
    UsageReport report =
        new UsageReport(
            new Epoch(100),
            List.of(
                new Rollup(TWELVE, new Usage(ByteCount.of(2), ByteCount.of(1)), Usage.NONE),
                new Rollup(
                    DataSetId.of("fwss/13"),
                    new Usage(ByteCount.of(258), ByteCount.of(0)),
                    new Usage(ByteCount.of(7), ByteCount.of(7)))));

    assertThat(OperatorContract.encode(report))
        .isEqualTo(
            "0x38fa0b4b"
                + word(100)
                + word(0x80)
                + word(0xe0)
                + word(0x140)
                + word(2)
                + word(12)
                + word(13)
                + word(2)
                + word(2)
                + word(258)
                + word(2)
                + word(1)
                + word(0));
  }

  @Test
  void aMessageOfSixtyFourKibibytesHoldsSomeSixHundredAndSeventyRollups() {
    UsageReport report =
        new UsageReport(
            new Epoch(100),
            LongStream.rangeClosed(1, 670)
                .mapToObj(number -> new DataSetId(Generation.FWSS, number))
                .map(id -> new Rollup(id, new Usage(ByteCount.of(2), ByteCount.of(1)), Usage.NONE))
                .toList());

    assertThat(OperatorContract.size(report)).isEqualTo(4 + 32 * (4 + 3 * 671));
    assertThat(OperatorContract.size(report)).isLessThan(65_536);
  }

  @Test
  void outOfGasAndNoFundsAreNoDataSetsFault() {
    assertThat(ContractError.of(error(-32000, "out of gas", null)))
        .contains(new ContractError("out of gas", Cause.SIZE));
    assertThat(
            ContractError.of(
                error(1, "message execution failed (exit=[7], vm error=[SysErrOutOfGas])", null)))
        .hasValueSatisfying(found -> assertThat(found.cause()).isEqualTo(Cause.SIZE));
    assertThat(ContractError.of(error(-32003, "EVM error OutOfGas", null)))
        .contains(new ContractError("EVM error OutOfGas", Cause.SIZE));
    assertThat(ContractError.of(error(-32003, "Insufficient funds for gas * price + value", null)))
        .hasValueSatisfying(found -> assertThat(found.cause()).isEqualTo(Cause.CALL));
  }

  @Test
  void aRefusalIsDecodedFromTheDataOfTheAnswer() {
    String data =
        Hash.sha3String("CannotModifyTerminatedRailBeyondEndEpoch(uint256,uint256,uint256)")
                .substring(0, 10)
            + word(42)
            + word(120)
            + word(130);

    assertThat(ContractError.of(error(3, "execution reverted", data)))
        .contains(
            new ContractError(
                "CannotModifyTerminatedRailBeyondEndEpoch(42, 120, 130)", Cause.DATA_SET));
  }

  @Test
  void aRefusalIsDecodedFromTheMessageOfANodeThatGivesNoData() {
    assertThat(
            ContractError.of(
                error(
                    1,
                    "message execution failed (exit=[33], revert reason=[0x82b42900], vm error=[..])",
                    null)))
        .contains(new ContractError("Unauthorized()", Cause.CALL));
  }

  @Test
  void aControllerChangeConcernsAllDataSets() {
    String data = "0xc2aebdff" + word(1) + word(2);

    assertThat(ContractError.of(error(3, "execution reverted", data)))
        .contains(
            new ContractError(
                "OnlyFilBeamControllerAllowed(0x%040x, 0x%040x)".formatted(1, 2), Cause.CALL));
  }

  @Test
  void aTextIsDecoded() {
    String data = "0x08c379a0" + word(0x20) + word(5) + "68656c6c6f" + "0".repeat(54);

    assertThat(ContractError.of(error(3, "execution reverted", data)))
        .contains(new ContractError("\"hello\"", Cause.DATA_SET));
  }

  @Test
  void anUnknownErrorIsShownAsItCame() {
    assertThat(ContractError.of(error(3, "execution reverted", "0xdeadbeef" + word(9))))
        .contains(new ContractError("unknown error 0xdeadbeef(" + word(9) + ")", Cause.DATA_SET));
  }

  @Test
  void anAnswerThatIsNoRefusalSaysNothingAboutTheContract() {
    assertThat(ContractError.of(error(-32005, "limit exceeded", null))).isEmpty();
  }

  @Test
  void nodesSayInTheirOwnWordsThatTheyHaveTheBytes() {
    assertThat(SendResult.ofError("already known")).isEqualTo(new SendResult.Taken());
    assertThat(SendResult.ofError("transaction already imported"))
        .isEqualTo(new SendResult.Taken());
    assertThat(SendResult.ofError("nonce too low: next nonce 5, tx nonce 4"))
        .isEqualTo(new SendResult.NonceSpent());
    assertThat(SendResult.ofError("message nonce too low")).isEqualTo(new SendResult.NonceSpent());
    assertThat(SendResult.ofError("insufficient funds"))
        .isEqualTo(new SendResult.Refused("insufficient funds"));
  }

  private static Optional<Network.Rates> prices(String data) {
    return StateView.pricesOf(new CallResult.Returned(data));
  }

  private static String word(long value) {
    return "%064x".formatted(value);
  }

  private static Response.Error error(
      int code, String message, @org.jspecify.annotations.Nullable String data) {
    Response.Error error = new Response.Error(code, message);
    error.setData(data);
    return error;
  }
}
