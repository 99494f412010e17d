package io.filcdn.indexer.logs;

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
  static Map<Address, List<Shape>> of(Network network) {
    Network.Contracts contracts = network.contracts();
    PandoraCalls calls = new PandoraCalls(contracts.pdpVerifier(), contracts.fwss());
    return Map.of(
        contracts.fwss(), service(calls),
        contracts.pdpVerifier(), pdpVerifier(calls),
        contracts.filecoinPay(), FwssEvents.PAY);
  }

  private static List<Shape> service(PandoraCalls calls) {
    return List.of(
        Shape.of(
            "ProofSetRailCreated(uint256 indexed proofSetId, uint256 railId, address payer, address payee,"
                + " bool withCDN)",
            in ->
                new ChainEvent.DataSetCreated(
                    in.dataSet(0),
                    in.provider(3),
                    in.railUnlessZero(1),
                    Optional.empty(),
                    Optional.empty(),
                    in.address(2),
                    in.address(3),
                    cdn(in, 4))),
        Shape.of(
            "DataSetRailsCreated(uint256 indexed dataSetId, uint256 pdpRailId, uint256 cacheMissRailId,"
                + " uint256 cdnRailId, address payer, address payee, bool withCDN)",
            in ->
                new ChainEvent.DataSetCreated(
                    in.dataSet(0),
                    in.provider(5),
                    in.railUnlessZero(1),
                    in.railUnlessZero(2),
                    in.railUnlessZero(3),
                    in.address(4),
                    in.address(5),
                    cdn(in, 6))),
        Shape.of(
            "DataSetStorageProviderChanged(uint256 indexed dataSetId, address indexed oldStorageProvider,"
                + " address indexed newStorageProvider)",
            in -> new ChainEvent.StorageProviderChanged(in.dataSet(0), in.provider(2))),
        Shape.asking(
            "ProviderApproved(address indexed provider, uint256 indexed providerId)",
            (node, in) ->
                new ChainEvent.ProviderApproved(
                    in.provider(0), calls.serviceUrl(node, in.count(1), in.address(0)))),
        Shape.of(
            "ProviderRemoved(address indexed provider, uint256 indexed providerId)",
            in -> new ChainEvent.ProviderRemoved(in.provider(0))));
  }

  private static List<Shape> pdpVerifier(PandoraCalls calls) {
    return List.of(
        Shape.asking(
            "RootsAdded(uint256 indexed setId, uint256[] rootIds)",
            (node, in) -> added(node, in, calls.named("getRootCid"))),
        Shape.asking(
            "PiecesAdded(uint256 indexed setId, uint256[] pieceIds)",
            (node, in) -> added(node, in, calls.named("getPieceCid"))),
        Shape.of(
            "RootsRemoved(uint256 indexed setId, uint256[] rootIds)",
            in -> new ChainEvent.PiecesRemoved(in.dataSet(0), in.pieces(1))),
        Shape.of(
            "PiecesRemoved(uint256 indexed setId, uint256[] pieceIds)",
            in -> new ChainEvent.PiecesRemoved(in.dataSet(0), in.pieces(1))),
        Shape.of(
            "ProofSetOwnerChanged(uint256 indexed setId, address indexed oldOwner, address indexed newOwner)",
            in -> new ChainEvent.StorageProviderChanged(in.dataSet(0), in.provider(2))),
        Shape.of(
            "ProofSetDeleted(uint256 indexed setId, uint256 deletedLeafCount)",
            in -> new ChainEvent.DataSetDeleted(in.dataSet(0))),
        Shape.of(
            "DataSetDeleted(uint256 indexed setId, uint256 deletedLeafCount)",
            in -> new ChainEvent.DataSetDeleted(in.dataSet(0))));
  }

  private static ChainEvent added(ChainNode node, Arguments in, PandoraCalls.CidOf cids) {
    return new ChainEvent.PiecesAdded(
        in.dataSet(0), in.pieces(1).stream().map(piece -> added(node, in, piece, cids)).toList());
  }

  private static Added added(ChainNode node, Arguments in, PieceId piece, PandoraCalls.CidOf cids) {
    return new Added(
        piece, cids.ask(node, in.dataSet(0), piece).flatMap(bytes -> named(in, piece, bytes)));
  }

  /** What a piece is called; one whose name is none takes no other piece with it. */
  private static Optional<PieceName> named(Arguments in, PieceId piece, byte[] cid) {
    try {
      return Optional.of(PieceName.fromBytes(cid));
    } catch (IllegalArgumentException e) {
      in.leaveOut("piece %s: %s".formatted(piece, e.getMessage()));
      return Optional.empty();
    }
  }

  /** The flag as FWSS writes it, so that one fold serves both generations. */
  private static Map<String, String> cdn(Arguments in, int index) {
    return in.flag(index) ? Map.of("withCDN", "") : Map.of();
  }
}
