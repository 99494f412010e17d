package io.filcdn.indexer.logs;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.chain.UndecodableLog;
import io.filcdn.indexer.rpc.ChainNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Reads the logs of Filecoin Warm Storage Service 1.x and of the contracts around it. */
final class FwssDecoder implements EventDecoder {

  /**
   * More than any event of a real contract holds: they are made from transactions of at most 64
   * KiB. It keeps each record below what Kafka takes.
   */
  private static final int MAX_DATA_CHARACTERS = 2 + 2 * 128 * 1024;

  private static final int MAX_REASON = 300;

  private final Map<Address, Map<String, Shape>> shapes = new HashMap<>();

  FwssDecoder(Network network) {
    Network.Contracts contracts = network.contracts();
    shapes.put(contracts.fwss(), byTopic(FWSS));
    shapes.put(contracts.pdpVerifier(), byTopic(PDP_VERIFIER));
    shapes.put(contracts.serviceProviderRegistry(), byTopic(REGISTRY));
    shapes.put(contracts.filecoinPay(), byTopic(PAY));
    network.operators().forEach(operator -> shapes.put(operator.address(), byTopic(OPERATOR)));
  }

  @Override
  public Set<Address> addresses() {
    return Set.copyOf(shapes.keySet());
  }

  @Override
  public Decoded decode(ChainNode node, RawLog log) {
    return decode(log);
  }

  Decoded decode(RawLog log) {
    Shape shape =
        log.topics().isEmpty()
            ? null
            : shapes.getOrDefault(log.address(), Map.of()).get(log.topics().getFirst());
    if (shape == null) {
      return new Decoded.Unknown();
    }
    if (log.data().length() > MAX_DATA_CHARACTERS) {
      return undecodable(
          log,
          "%s: expected at most %d characters of data, found %d"
              .formatted(shape.abi().name(), MAX_DATA_CHARACTERS, log.data().length()));
    }
    try {
      ChainEvent event = shape.read().apply(Arguments.of(shape.abi().event(), log));
      return new Decoded.Known(
          new LoggedEvent(log.position(), log.blockHash(), log.txHash(), event));
    } catch (RuntimeException e) {
      // web3j throws whatever its parsing runs into; none of it may stop the index
      return undecodable(log, shape.abi().name() + ": " + e);
    }
  }

  /** How an event of one contract is read. */
  private record Shape(Abi abi, Function<Arguments, ChainEvent> read) {
    static Shape of(String declaration, Function<Arguments, ChainEvent> read) {
      return new Shape(Abi.of(declaration), read);
    }

    String topic() {
      return abi.topic();
    }
  }

  private static final List<Shape> FWSS =
      List.of(
          Shape.of(
              "DataSetCreated(uint256 indexed dataSetId, uint256 indexed providerId, uint256 pdpRailId,"
                  + " uint256 cacheMissRailId, uint256 cdnRailId, address payer, address serviceProvider,"
                  + " address payee, string[] metadataKeys, string[] metadataValues)",
              in ->
                  new ChainEvent.DataSetCreated(
                      in.dataSet(0),
                      in.provider(1),
                      in.railUnlessZero(2),
                      in.railUnlessZero(3),
                      in.railUnlessZero(4),
                      in.address(5),
                      in.address(7),
                      in.metadata(8))),
          Shape.of(
              "PieceAdded(uint256 indexed dataSetId, uint256 indexed pieceId, (bytes) pieceCid, string[] keys,"
                  + " string[] values)",
              in ->
                  new ChainEvent.PieceAdded(
                      in.dataSet(0), in.piece(1), in.pieceCid(2), in.metadata(3))),
          Shape.of(
              "ServiceTerminated(address indexed approver, uint256 indexed dataSetId, uint256 pdpRailId,"
                  + " uint256 cacheMissRailId, uint256 cdnRailId)",
              in -> new ChainEvent.ServiceTerminated(in.dataSet(1))),
          Shape.of(
              "PDPPaymentTerminated(uint256 indexed dataSetId, uint256 endEpoch, uint256 pdpRailId)",
              in -> new ChainEvent.PDPPaymentTerminated(in.dataSet(0), in.epoch(1), in.rail(2))),
          Shape.of(
              "CDNPaymentRailsToppedUp(uint256 indexed dataSetId, uint256 cdnAmountAdded,"
                  + " uint256 totalCdnLockup, uint256 cacheMissAmountAdded, uint256 totalCacheMissLockup)",
              in ->
                  new ChainEvent.CDNPaymentRailsToppedUp(
                      in.dataSet(0), in.amount(1), in.amount(3))),
          Shape.of(
              "CDNServiceTerminated(address indexed caller, uint256 indexed dataSetId,"
                  + " uint256 cacheMissRailId, uint256 cdnRailId)",
              in -> new ChainEvent.CDNServiceTerminated(in.dataSet(1))),
          Shape.of(
              "DataSetAbandoned(uint256 indexed dataSetId, uint256 pdpRailId, uint256 cacheMissRailId,"
                  + " uint256 cdnRailId)",
              in -> new ChainEvent.DataSetAbandoned(in.dataSet(0))));

  private static final List<Shape> PDP_VERIFIER =
      List.of(
          Shape.of(
              "PiecesRemoved(uint256 indexed setId, uint256[] pieceIds)",
              in -> new ChainEvent.PiecesRemoved(in.dataSet(0), in.pieces(1))),
          Shape.of(
              "DataSetDeleted(uint256 indexed setId, uint256 deletedLeafCount)",
              in -> new ChainEvent.DataSetDeleted(in.dataSet(0))));

  private static final List<Shape> REGISTRY =
      List.of(
          Shape.of(
              "ProductAdded(uint256 indexed providerId, uint8 indexed productType, address serviceProvider,"
                  + " string[] capabilityKeys, bytes[] capabilityValues)",
              in -> new ChainEvent.ProductAdded(in.provider(0), in.small(1), in.serviceUrl(3))),
          Shape.of(
              "ProductUpdated(uint256 indexed providerId, uint8 indexed productType, address serviceProvider,"
                  + " string[] capabilityKeys, bytes[] capabilityValues)",
              in -> new ChainEvent.ProductUpdated(in.provider(0), in.small(1), in.serviceUrl(3))),
          Shape.of(
              "ProductRemoved(uint256 indexed providerId, uint8 indexed productType)",
              in -> new ChainEvent.ProductRemoved(in.provider(0), in.small(1))),
          Shape.of(
              "ProviderRemoved(uint256 indexed providerId)",
              in -> new ChainEvent.ProviderRemoved(in.provider(0))));

  private static final List<Shape> PAY =
      List.of(
          Shape.of(
              "RailTerminated(uint256 indexed railId, address indexed by, uint256 endEpoch)",
              in -> new ChainEvent.RailTerminated(in.rail(0), in.epoch(2))),
          Shape.of(
              "RailFinalized(uint256 indexed railId)",
              in -> new ChainEvent.RailFinalized(in.rail(0))));

  private static final List<Shape> OPERATOR =
      List.of(
          Shape.of(
              "UsageReported(uint256 indexed dataSetId, uint256 indexed fromEpoch, uint256 indexed toEpoch,"
                  + " uint256 cdnBytesUsed, uint256 cacheMissBytesUsed)",
              in ->
                  new ChainEvent.UsageReported(
                      in.dataSet(0),
                      in.emitter(),
                      in.epoch(1),
                      in.epoch(2),
                      in.bytes(3),
                      in.bytes(4))),
          Shape.of(
              "CDNSettlement(uint256 indexed dataSetId, uint256 cdnAmount)",
              in -> new ChainEvent.CDNSettlement(in.dataSet(0), in.amount(1))),
          Shape.of(
              "CacheMissSettlement(uint256 indexed dataSetId, uint256 cacheMissAmount)",
              in -> new ChainEvent.CacheMissSettlement(in.dataSet(0), in.amount(1))));

  private static Map<String, Shape> byTopic(List<Shape> shapes) {
    return shapes.stream().collect(toUnmodifiableMap(Shape::topic, Function.identity()));
  }

  private static Decoded undecodable(RawLog log, String reason) {
    return new Decoded.Undecodable(
        new UndecodableLog(
            log, reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason));
  }
}
