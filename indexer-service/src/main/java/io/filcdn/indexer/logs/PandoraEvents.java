package io.filcdn.indexer.logs;

import io.filcdn.chain.abi.ContractAbi;
import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.piece.PieceName;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.ChainEvent.PiecesAdded.Added;
import io.filcdn.indexer.rpc.ChainNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The events of PandoraService, before it was renamed FWSS, in both of its versions: of June 2025
 * with proof sets, roots and one rail, and of July 2025 with data sets, pieces and three rails. In
 * the network file it stands where FWSS does.
 */
final class PandoraEvents {

  private PandoraEvents() {}

  /** Which events each contract of the network writes. */
  static Map<Address, List<EventMapping>> of(Network network) {
    Network.Contracts contracts = network.contracts();
    PandoraCalls calls = new PandoraCalls(contracts.pdpVerifier(), contracts.fwss());
    return Map.of(
        contracts.fwss(), service(calls),
        contracts.pdpVerifier(), pdpVerifier(calls),
        contracts.filecoinPay(), FwssEvents.PAY);
  }

  private static List<EventMapping> service(PandoraCalls calls) {
    return List.of(
        EventMapping.of(
            ContractAbi.PANDORA_SERVICE.event("ProofSetRailCreated"),
            in ->
                new ChainEvent.DataSetCreated(
                    in.dataSet("proofSetId"),
                    in.provider("payee"),
                    in.railUnlessZero("railId"),
                    Optional.empty(),
                    Optional.empty(),
                    in.address("payer"),
                    in.address("payee"),
                    cdn(in, "withCDN"))),
        EventMapping.of(
            ContractAbi.PANDORA_SERVICE.event("DataSetRailsCreated"),
            in ->
                new ChainEvent.DataSetCreated(
                    in.dataSet("dataSetId"),
                    in.provider("payee"),
                    in.railUnlessZero("pdpRailId"),
                    in.railUnlessZero("cacheMissRailId"),
                    in.railUnlessZero("cdnRailId"),
                    in.address("payer"),
                    in.address("payee"),
                    cdn(in, "withCDN"))),
        EventMapping.of(
            ContractAbi.PANDORA_SERVICE.event("DataSetStorageProviderChanged"),
            in ->
                new ChainEvent.StorageProviderChanged(
                    in.dataSet("dataSetId"), in.provider("newStorageProvider"))),
        EventMapping.asking(
            ContractAbi.PANDORA_SERVICE.event("ProviderApproved"),
            (node, in) ->
                new ChainEvent.ProviderApproved(
                    in.provider("provider"),
                    calls.serviceUrl(node, in.count("providerId"), in.address("provider")))),
        EventMapping.of(
            ContractAbi.PANDORA_SERVICE.event("ProviderRemoved"),
            in -> new ChainEvent.ProviderRemoved(in.provider("provider"))));
  }

  private static List<EventMapping> pdpVerifier(PandoraCalls calls) {
    return List.of(
        EventMapping.asking(
            ContractAbi.PANDORA_PDP_VERIFIER.event("RootsAdded"),
            (node, in) -> added(node, in, "rootIds", calls.rootCids())),
        EventMapping.asking(
            ContractAbi.PANDORA_PDP_VERIFIER.event("PiecesAdded"),
            (node, in) -> added(node, in, "pieceIds", calls.pieceCids())),
        EventMapping.of(
            ContractAbi.PANDORA_PDP_VERIFIER.event("RootsRemoved"),
            in -> new ChainEvent.PiecesRemoved(in.dataSet("setId"), in.pieces("rootIds"))),
        EventMapping.of(
            ContractAbi.PANDORA_PDP_VERIFIER.event("PiecesRemoved"),
            in -> new ChainEvent.PiecesRemoved(in.dataSet("setId"), in.pieces("pieceIds"))),
        EventMapping.of(
            ContractAbi.PANDORA_PDP_VERIFIER.event("ProofSetOwnerChanged"),
            in ->
                new ChainEvent.StorageProviderChanged(
                    in.dataSet("setId"), in.provider("newOwner"))),
        EventMapping.of(
            ContractAbi.PANDORA_PDP_VERIFIER.event("ProofSetDeleted"),
            in -> new ChainEvent.DataSetDeleted(in.dataSet("setId"))),
        EventMapping.of(
            ContractAbi.PANDORA_PDP_VERIFIER.event("DataSetDeleted"),
            in -> new ChainEvent.DataSetDeleted(in.dataSet("setId"))));
  }

  private static ChainEvent added(
      ChainNode node, EventArguments in, String pieces, PandoraCalls.CidCall cids) {
    return new ChainEvent.PiecesAdded(
        in.dataSet("setId"),
        in.pieces(pieces).stream().map(piece -> added(node, in, piece, cids)).toList());
  }

  private static Added added(
      ChainNode node, EventArguments in, PieceId piece, PandoraCalls.CidCall cids) {
    return new Added(
        piece,
        cids.ask(node, in.dataSet("setId"), piece).flatMap(bytes -> named(in, piece, bytes)));
  }

  /** The name of a piece; one whose name is none takes no other piece with it. */
  private static Optional<PieceName> named(EventArguments in, PieceId piece, byte[] cid) {
    try {
      return Optional.of(PieceName.fromBytes(cid));
    } catch (IllegalArgumentException e) {
      in.leaveOut("piece %s: %s".formatted(piece, e.getMessage()));
      return Optional.empty();
    }
  }

  /** The flag as FWSS writes it, so that one fold serves both generations. */
  private static Map<String, String> cdn(EventArguments in, String flag) {
    return in.flag(flag) ? Map.of("withCDN", "") : Map.of();
  }
}
