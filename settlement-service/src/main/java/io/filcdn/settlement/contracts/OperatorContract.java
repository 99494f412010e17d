package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.settlement.ledger.Rollup;
import io.filcdn.settlement.ledger.Submission;
import io.filcdn.settlement.ledger.Usage;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.web3j.crypto.Hash;
import org.web3j.protocol.core.methods.response.Log;

/**
 * The FilBeamOperator contract: usage is reported to it, and it has the rails pay. It belongs to
 * the fwss generation, so its bare data set numbers do too.
 */
@Singleton
public final class OperatorContract {

  static final String USAGE_REPORTED =
      "0xb8a21d4673df42e3b2f67ef580a86f3f5fd56e8515c41c3b9438f3cffd89db02";
  static final String CDN_SETTLEMENT =
      "0x25412ba3bcccbe20d39995f52c529ab9cc36c8c4b3470ab5820ecaa849988097";
  static final String CACHE_MISS_SETTLEMENT =
      "0x281f4b29d5d73ecf0dd98a23d9db67a1b3df6785d8938151485a8abdecb29a38";

  static final String RAILS_TERMINATED = Hash.sha3String("PaymentRailsTerminated(uint256)");

  private final Node node;
  private final Address address;
  private final Address stateView;

  OperatorContract(Node node, Network network) {
    this.node = node;
    this.address = network.contracts().filBeamOperator();
    this.stateView = network.contracts().stateView();
  }

  /**
   * The call that does what {@code submission} says; one that only spends a nonce calls the sender
   * itself.
   */
  public Call call(Address from, Submission submission) {
    return submission instanceof Submission.GapFill
        ? new Call(from, from, encode(submission))
        : new Call(from, address, encode(submission));
  }

  static String encode(Submission submission) {
    return switch (submission) {
      case Submission.UsageReport(Epoch toEpoch, List<Rollup> rollups) ->
          Abi.call(
              "recordUsageRollups",
              Abi.number(toEpoch.value()),
              Abi.numbers(rollups.stream().map(rollup -> rollup.dataSet().number()).toList()),
              Abi.numbers(rollups.stream().map(r -> r.usage().cdnBytes().bytes()).toList()),
              Abi.numbers(rollups.stream().map(r -> r.usage().cacheMissBytes().bytes()).toList()));
      case Submission.RailSettlement(QuotaRecord.Kind rail, List<DataSetId> dataSets) ->
          Abi.call(
              switch (rail) {
                case CDN -> "settleCDNPaymentRails";
                case CACHE_MISS -> "settleCacheMissPaymentRails";
              },
              Abi.numbers(dataSets.stream().map(DataSetId::number).toList()));
      case Submission.Termination(DataSetId dataSet) ->
          Abi.call("terminateCDNPaymentRails", Abi.number(dataSet.number()));
      case Submission.GapFill() -> "0x";
    };
  }

  /** How many bytes the arguments of {@code submission} are. */
  public static int size(Submission submission) {
    return encode(submission).length() / 2 - 1;
  }

  /** What the contract knows of data sets now, in the same order. */
  public List<OnChainUsage> usage(List<DataSetId> dataSets) {
    return node.callAll(usageCalls(dataSets)).stream().map(OperatorContract::toUsage).toList();
  }

  /** What the contract knew of data sets after {@code block}, in the same order. */
  public List<OnChainUsage> usage(List<DataSetId> dataSets, BlockNumber block) {
    return node.callAll(usageCalls(dataSets), block).stream()
        .map(OperatorContract::toUsage)
        .toList();
  }

  private List<Call> usageCalls(List<DataSetId> dataSets) {
    return dataSets.stream().map(dataSet -> Call.view(address, encodeUsage(dataSet))).toList();
  }

  static String encodeUsage(DataSetId dataSet) {
    return Abi.call("dataSetUsage", Abi.number(dataSet.number()));
  }

  private static OnChainUsage toUsage(CallResult result) {
    List<String> words = Abi.words(result.returned(), 3);
    return new OnChainUsage(
        new TokenAmount(Abi.unsigned(words.get(0))),
        new TokenAmount(Abi.unsigned(words.get(1))),
        new Epoch(Abi.capped(words.get(2))));
  }

  /** What the contract asks for a byte. */
  public record Rates(BigInteger cdnPerByte, BigInteger cacheMissPerByte) {

    /** The price of bytes along the CDN rail. */
    public TokenAmount cdn(ByteCount bytes) {
      return price(cdnPerByte, bytes);
    }

    /** The price of bytes along the cache-miss rail. */
    public TokenAmount cacheMiss(ByteCount bytes) {
      return price(cacheMissPerByte, bytes);
    }

    private static TokenAmount price(BigInteger perByte, ByteCount bytes) {
      return new TokenAmount(perByte.multiply(BigInteger.valueOf(bytes.bytes())));
    }
  }

  /** What the contract asks for a byte; it never changes. */
  public Rates rates() {
    return ratesOf(address)
        .orElseThrow(
            () ->
                new NodeException(
                    "expected the rates of operator contract %s, found none".formatted(address)));
  }

  /** What another operator contract asks; empty where none that has rates lives there. */
  public Optional<Rates> ratesOf(Address other) {
    List<Optional<BigInteger>> rates =
        node
            .callAll(
                Stream.of("cdnRatePerByte", "cacheMissRatePerByte")
                    .map(function -> Call.view(other, Abi.call(function)))
                    .toList())
            .stream()
            .map(OperatorContract::number)
            .toList();
    return rates
        .getFirst()
        .flatMap(cdn -> rates.getLast().map(cacheMiss -> new Rates(cdn, cacheMiss)));
  }

  private static Optional<BigInteger> number(CallResult result) {
    return result instanceof CallResult.Returned(String data) && Abi.hasWords(data, 1)
        ? Optional.of(Abi.unsigned(Abi.words(data, 1).getFirst()))
        : Optional.empty();
  }

  /** The key that may report. */
  public Address controller() {
    return viewAddress(address, "filBeamOperatorController");
  }

  /** The operator contract that FWSS obeys; ours, unless it was migrated. */
  public Address operatorOfService() {
    return viewAddress(stateView, "filBeamControllerAddress");
  }

  private Address viewAddress(Address contract, String function) {
    String data = node.call(Call.view(contract, Abi.call(function))).returned();
    return Abi.address(Abi.words(data, 1).getFirst());
  }

  /** What the contract logged in these blocks, both included, in the way of {@code submission}. */
  public List<ContractEvent> events(Submission submission, BlockNumber from, BlockNumber to) {
    return switch (submission.activity()) {
      case REPORT -> events(USAGE_REPORTED, from, to, OperatorContract::usageReported);
      case SETTLE_CDN ->
          events(CDN_SETTLEMENT, from, to, place -> settled(place, QuotaRecord.Kind.CDN));
      case SETTLE_CACHE_MISS ->
          events(
              CACHE_MISS_SETTLEMENT,
              from,
              to,
              place -> settled(place, QuotaRecord.Kind.CACHE_MISS));
      case TERMINATE -> events(RAILS_TERMINATED, from, to, OperatorContract::terminated);
      case FILL_GAP -> List.of();
    };
  }

  private List<ContractEvent> events(
      String topic, BlockNumber from, BlockNumber to, Function<Log, ContractEvent> read) {
    return node.logs(address, List.of(topic), from, to).stream().map(read).toList();
  }

  private static ContractEvent usageReported(Log log) {
    List<String> words = Abi.words(log.getData(), 2);
    return new ContractEvent.UsageReported(
        transaction(log),
        block(log),
        dataSet(log),
        new Epoch(Abi.capped(log.getTopics().get(3).substring(2))),
        new Usage(ByteCount.of(Abi.capped(words.get(0))), ByteCount.of(Abi.capped(words.get(1)))));
  }

  private static ContractEvent settled(Log log, QuotaRecord.Kind rail) {
    TokenAmount amount = new TokenAmount(Abi.unsigned(Abi.words(log.getData(), 1).getFirst()));
    return new ContractEvent.Settled(transaction(log), block(log), dataSet(log), rail, amount);
  }

  private static ContractEvent terminated(Log log) {
    return new ContractEvent.Terminated(transaction(log), block(log), dataSet(log));
  }

  private static TxHash transaction(Log log) {
    return TxHash.of(log.getTransactionHash());
  }

  private static BlockNumber block(Log log) {
    return new BlockNumber(log.getBlockNumber().longValueExact());
  }

  private static DataSetId dataSet(Log log) {
    return new DataSetId(Generation.FWSS, Abi.capped(log.getTopics().get(1).substring(2)));
  }
}
