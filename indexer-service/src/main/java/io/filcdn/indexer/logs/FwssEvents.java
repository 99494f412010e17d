package io.filcdn.indexer.logs;

import io.filcdn.chain.abi.ContractAbi;
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
  static Map<Address, List<EventMapping>> of(Network network) {
    Network.Contracts contracts = network.contracts();
    Map<Address, List<EventMapping>> events = new HashMap<>();
    events.put(contracts.fwss(), FWSS);
    events.put(contracts.pdpVerifier(), PDP_VERIFIER);
    events.put(contracts.serviceProviderRegistry(), REGISTRY);
    events.put(contracts.filecoinPay(), PAY);
    network.operators().forEach(operator -> events.put(operator.address(), OPERATOR));
    return events;
  }

  private static final List<EventMapping> FWSS =
      List.of(
          EventMapping.of(
              ContractAbi.FWSS.event("DataSetCreated"),
              in ->
                  new ChainEvent.DataSetCreated(
                      in.dataSet("dataSetId"),
                      in.provider("providerId"),
                      in.railUnlessZero("pdpRailId"),
                      in.railUnlessZero("cacheMissRailId"),
                      in.railUnlessZero("cdnRailId"),
                      in.address("payer"),
                      in.address("payee"),
                      in.metadata("metadataKeys", "metadataValues"))),
          EventMapping.of(
              ContractAbi.FWSS.event("PieceAdded"),
              in ->
                  new ChainEvent.PieceAdded(
                      in.dataSet("dataSetId"),
                      in.piece("pieceId"),
                      in.pieceCid("pieceCid"),
                      in.metadata("keys", "values"))),
          EventMapping.of(
              ContractAbi.FWSS.event("ServiceTerminated"),
              in -> new ChainEvent.ServiceTerminated(in.dataSet("dataSetId"))),
          EventMapping.of(
              ContractAbi.FWSS.event("PDPPaymentTerminated"),
              in ->
                  new ChainEvent.PDPPaymentTerminated(
                      in.dataSet("dataSetId"), in.epoch("endEpoch"), in.rail("pdpRailId"))),
          EventMapping.of(
              ContractAbi.FWSS.event("CDNPaymentRailsToppedUp"),
              in ->
                  new ChainEvent.CDNPaymentRailsToppedUp(
                      in.dataSet("dataSetId"),
                      in.amount("cdnAmountAdded"),
                      in.amount("cacheMissAmountAdded"))),
          EventMapping.of(
              ContractAbi.FWSS.event("CDNServiceTerminated"),
              in -> new ChainEvent.CDNServiceTerminated(in.dataSet("dataSetId"))),
          EventMapping.of(
              ContractAbi.FWSS.event("DataSetAbandoned"),
              in -> new ChainEvent.DataSetAbandoned(in.dataSet("dataSetId"))));

  private static final List<EventMapping> PDP_VERIFIER =
      List.of(
          EventMapping.of(
              ContractAbi.PDP_VERIFIER.event("PiecesRemoved"),
              in -> new ChainEvent.PiecesRemoved(in.dataSet("setId"), in.pieces("pieceIds"))),
          EventMapping.of(
              ContractAbi.PDP_VERIFIER.event("DataSetDeleted"),
              in -> new ChainEvent.DataSetDeleted(in.dataSet("setId"))));

  private static final List<EventMapping> REGISTRY =
      List.of(
          EventMapping.of(
              ContractAbi.SERVICE_PROVIDER_REGISTRY.event("ProductAdded"),
              in ->
                  new ChainEvent.ProductAdded(
                      in.provider("providerId"),
                      in.small("productType"),
                      in.serviceUrl("capabilityKeys", "capabilityValues"))),
          EventMapping.of(
              ContractAbi.SERVICE_PROVIDER_REGISTRY.event("ProductUpdated"),
              in ->
                  new ChainEvent.ProductUpdated(
                      in.provider("providerId"),
                      in.small("productType"),
                      in.serviceUrl("capabilityKeys", "capabilityValues"))),
          EventMapping.of(
              ContractAbi.SERVICE_PROVIDER_REGISTRY.event("ProductRemoved"),
              in ->
                  new ChainEvent.ProductRemoved(
                      in.provider("providerId"), in.small("productType"))),
          EventMapping.of(
              ContractAbi.SERVICE_PROVIDER_REGISTRY.event("ProviderRemoved"),
              in -> new ChainEvent.ProviderRemoved(in.provider("providerId"))));

  static final List<EventMapping> PAY =
      List.of(
          EventMapping.of(
              ContractAbi.FILECOIN_PAY.event("RailTerminated"),
              in -> new ChainEvent.RailTerminated(in.rail("railId"), in.epoch("endEpoch"))),
          EventMapping.of(
              ContractAbi.FILECOIN_PAY.event("RailFinalized"),
              in -> new ChainEvent.RailFinalized(in.rail("railId"))));

  private static final List<EventMapping> OPERATOR =
      List.of(
          EventMapping.of(
              ContractAbi.FIL_BEAM_OPERATOR.event("UsageReported"),
              in ->
                  new ChainEvent.UsageReported(
                      in.dataSet("dataSetId"),
                      in.emitter(),
                      in.epoch("fromEpoch"),
                      in.epoch("toEpoch"),
                      in.bytes("cdnBytesUsed"),
                      in.bytes("cacheMissBytesUsed"))),
          EventMapping.of(
              ContractAbi.FIL_BEAM_OPERATOR.event("CDNSettlement"),
              in -> new ChainEvent.CDNSettlement(in.dataSet("dataSetId"), in.amount("cdnAmount"))),
          EventMapping.of(
              ContractAbi.FIL_BEAM_OPERATOR.event("CacheMissSettlement"),
              in ->
                  new ChainEvent.CacheMissSettlement(
                      in.dataSet("dataSetId"), in.amount("cacheMissAmount"))));
}
