package io.filcdn.indexer.logs;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.indexer.chain.ChainEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The events of Filecoin Warm Storage Service 1.x and of the contracts around it. */
final class FwssEvents {

  private FwssEvents() {}

  /** Which events each contract of the network writes. */
  static Map<Address, List<Shape>> of(Network network) {
    Network.Contracts contracts = network.contracts();
    Map<Address, List<Shape>> events = new HashMap<>();
    events.put(contracts.fwss(), FWSS);
    events.put(contracts.pdpVerifier(), PDP_VERIFIER);
    events.put(contracts.serviceProviderRegistry(), REGISTRY);
    events.put(contracts.filecoinPay(), PAY);
    network.operators().forEach(operator -> events.put(operator.address(), OPERATOR));
    return events;
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

  static final List<Shape> PAY =
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
}
