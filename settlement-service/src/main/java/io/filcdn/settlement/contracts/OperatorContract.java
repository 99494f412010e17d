package io.filcdn.settlement.contracts;

import io.filcdn.chain.abi.AbiEvent;
import io.filcdn.chain.abi.AbiFunction;
import io.filcdn.chain.abi.AbiValues;
import io.filcdn.chain.abi.ContractAbi;
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
import io.filcdn.settlement.model.Rollup;
import io.filcdn.settlement.model.Submission;
import io.filcdn.settlement.model.Usage;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.web3j.protocol.core.methods.response.Log;

/**
 * The FilBeamOperator contract: usage is reported to it, and it has the rails pay. It belongs to
 * the fwss generation, so its bare data set numbers do too.
 */
@Singleton
public final class OperatorContract {

  private static final AbiFunction RECORD_USAGE_ROLLUPS = function("recordUsageRollups");
  private static final AbiFunction SETTLE_CDN = function("settleCDNPaymentRails");
  private static final AbiFunction SETTLE_CACHE_MISS = function("settleCacheMissPaymentRails");
  private static final AbiFunction TERMINATE = function("terminateCDNPaymentRails");
  private static final AbiFunction DATA_SET_USAGE = function("dataSetUsage");
  private static final AbiFunction CDN_RATE = function("cdnRatePerByte");
  private static final AbiFunction CACHE_MISS_RATE = function("cacheMissRatePerByte");
  private static final AbiFunction CONTROLLER = function("filBeamOperatorController");
  private static final AbiFunction CONTROLLER_OF_SERVICE =
      ContractAbi.STATE_VIEW.function("filBeamControllerAddress");

  private static final AbiEvent USAGE_REPORTED = event("UsageReported");
  private static final AbiEvent CDN_SETTLEMENT = event("CDNSettlement");
  private static final AbiEvent CACHE_MISS_SETTLEMENT = event("CacheMissSettlement");
  private static final AbiEvent RAILS_TERMINATED = event("PaymentRailsTerminated");

  private final Node node;
  private final Address address;
  private final Address stateView;

  @Inject
  OperatorContract(Node node, Network network) {
    this(node, network.contracts().filBeamOperator(), network.contracts().stateView());
  }

  private OperatorContract(Node node, Address address, Address stateView) {
    this.node = node;
    this.address = address;
    this.stateView = stateView;
  }

  /** An operator contract elsewhere: one of the past knows what was sent to it. */
  public OperatorContract at(Address other) {
    return new OperatorContract(node, other, stateView);
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
          RECORD_USAGE_ROLLUPS.call(
              toEpoch.value(),
              rollups.stream().map(rollup -> rollup.dataSet().number()).toList(),
              rollups.stream().map(rollup -> rollup.usage().cdnBytes().bytes()).toList(),
              rollups.stream().map(rollup -> rollup.usage().cacheMissBytes().bytes()).toList());
      case Submission.RailSettlement(QuotaRecord.Kind rail, List<DataSetId> dataSets) ->
          (switch (rail) {
                case CDN -> SETTLE_CDN;
                case CACHE_MISS -> SETTLE_CACHE_MISS;
              })
              .call(dataSets.stream().map(DataSetId::number).toList());
      case Submission.Termination(DataSetId dataSet) -> TERMINATE.call(dataSet.number());
      case Submission.GapFill() -> "0x";
    };
  }

  /** The size of the arguments of {@code submission}, in bytes. */
  public static int size(Submission submission) {
    return encode(submission).length() / 2 - 1;
  }

  /** The contract's knowledge of data sets now, in the same order. */
  public List<OnChainUsage> usage(List<DataSetId> dataSets) {
    return node.callAll(usageCalls(dataSets)).stream().map(OperatorContract::toUsage).toList();
  }

  /** The contract's knowledge of data sets after {@code block}, in the same order. */
  public List<OnChainUsage> usage(List<DataSetId> dataSets, BlockNumber block) {
    return node.callAll(usageCalls(dataSets), block).stream()
        .map(OperatorContract::toUsage)
        .toList();
  }

  private List<Call> usageCalls(List<DataSetId> dataSets) {
    return dataSets.stream().map(dataSet -> Call.view(address, encodeUsage(dataSet))).toList();
  }

  static String encodeUsage(DataSetId dataSet) {
    return DATA_SET_USAGE.call(dataSet.number());
  }

  private static OnChainUsage toUsage(CallResult result) {
    AbiValues usage = result.returned(DATA_SET_USAGE);
    return new OnChainUsage(
        new TokenAmount(usage.number("cdnAmount")),
        new TokenAmount(usage.number("cacheMissAmount")),
        new Epoch(usage.capped("maxReportedEpoch")));
  }

  /** The price that the contract asks for a byte. */
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

  /** The price that the contract asks for a byte; it never changes. */
  public Rates rates() {
    return ratesOf(address)
        .orElseThrow(
            () ->
                new NodeException(
                    "expected the rates of operator contract %s, found none".formatted(address)));
  }

  /** The price that another operator contract asks; empty where none that has rates lives there. */
  public Optional<Rates> ratesOf(Address other) {
    List<CallResult> rates =
        node.callAll(
            List.of(Call.view(other, CDN_RATE.call()), Call.view(other, CACHE_MISS_RATE.call())));
    return number(CDN_RATE, rates.getFirst())
        .flatMap(
            cdn ->
                number(CACHE_MISS_RATE, rates.getLast())
                    .map(cacheMiss -> new Rates(cdn, cacheMiss)));
  }

  private static Optional<BigInteger> number(AbiFunction function, CallResult result) {
    return result.returnedIfAny(function).map(rate -> rate.number(""));
  }

  /** The key that may report. */
  public Address controller() {
    return viewAddress(address, CONTROLLER);
  }

  /** The operator contract that FWSS obeys; ours, unless it was migrated. */
  public Address operatorOfService() {
    return viewAddress(stateView, CONTROLLER_OF_SERVICE);
  }

  private Address viewAddress(Address contract, AbiFunction function) {
    return Address.of(node.call(Call.view(contract, function.call())).returned(function).text(""));
  }

  /**
   * The events that the contract logged in these blocks, both included, in the way of {@code
   * submission}.
   */
  public List<ContractEvent> events(Submission submission, BlockNumber from, BlockNumber to) {
    return switch (submission.activity()) {
      case REPORT -> events(USAGE_REPORTED, from, to, OperatorContract::usageReported);
      case SETTLE_CDN ->
          events(CDN_SETTLEMENT, from, to, log -> settled(log, QuotaRecord.Kind.CDN, "cdnAmount"));
      case SETTLE_CACHE_MISS ->
          events(
              CACHE_MISS_SETTLEMENT,
              from,
              to,
              log -> settled(log, QuotaRecord.Kind.CACHE_MISS, "cacheMissAmount"));
      case TERMINATE -> events(RAILS_TERMINATED, from, to, OperatorContract::terminated);
      case FILL_GAP -> List.of();
    };
  }

  private List<ContractEvent> events(
      AbiEvent event, BlockNumber from, BlockNumber to, Function<Place, ContractEvent> read) {
    return node.logs(address, List.of(event.topic()), from, to).stream()
        .map(log -> read.apply(Place.of(event, log)))
        .toList();
  }

  /** The place where the contract logged an event, and the event's values. */
  private record Place(TxHash transaction, BlockNumber block, AbiValues values) {

    static Place of(AbiEvent event, Log log) {
      try {
        return new Place(
            TxHash.of(log.getTransactionHash()),
            new BlockNumber(log.getBlockNumber().longValueExact()),
            event.values(log.getTopics(), log.getData()));
      } catch (IllegalArgumentException e) {
        throw new NodeException("expected a log of %s: %s".formatted(event.signature(), e), e);
      }
    }

    DataSetId dataSet() {
      return new DataSetId(Generation.FWSS, values.capped("dataSetId"));
    }
  }

  private static ContractEvent usageReported(Place log) {
    return new ContractEvent.UsageReported(
        log.transaction(),
        log.block(),
        log.dataSet(),
        new Epoch(log.values().capped("toEpoch")),
        new Usage(
            ByteCount.of(log.values().capped("cdnBytesUsed")),
            ByteCount.of(log.values().capped("cacheMissBytesUsed"))));
  }

  private static ContractEvent settled(Place log, QuotaRecord.Kind rail, String amount) {
    return new ContractEvent.Settled(
        log.transaction(),
        log.block(),
        log.dataSet(),
        rail,
        new TokenAmount(log.values().number(amount)));
  }

  private static ContractEvent terminated(Place log) {
    return new ContractEvent.Terminated(log.transaction(), log.block(), log.dataSet());
  }

  private static AbiFunction function(String name) {
    return ContractAbi.FIL_BEAM_OPERATOR.function(name);
  }

  private static AbiEvent event(String name) {
    return ContractAbi.FIL_BEAM_OPERATOR.event(name);
  }
}
