package io.filcdn.indexer.chain;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An event that a contract logged, whichever generation it belongs to. Each record bears the name
 * of the contract's event, and the event log keeps it under that name.
 */
public sealed interface ChainEvent {

  /** FWSS: a data set with its rails; without CDN there is only the PDP rail. */
  record DataSetCreated(
      DataSetId dataSet,
      ProviderId provider,
      Optional<RailId> pdpRail,
      Optional<RailId> cacheMissRail,
      Optional<RailId> cdnRail,
      Address payer,
      Address payee,
      Map<String, String> metadata)
      implements ChainEvent {
    public DataSetCreated {
      metadata = Map.copyOf(metadata);
    }
  }

  /** FWSS: the addition of a piece to a data set. */
  record PieceAdded(
      DataSetId dataSet, PieceId piece, PieceName pieceCid, Map<String, String> metadata)
      implements ChainEvent {
    public PieceAdded {
      metadata = Map.copyOf(metadata);
    }
  }

  /**
   * PDPVerifier of pandora: the addition of pieces to a data set. The contract's event tells only
   * their ids; the CIDs are what the contract answered when it was asked.
   */
  record PiecesAdded(DataSetId dataSet, List<Added> pieces) implements ChainEvent {
    public PiecesAdded {
      pieces = List.copyOf(pieces);
    }

    /**
     * One of them.
     *
     * @param pieceCid empty where the piece was gone before it was asked for
     */
    public record Added(PieceId piece, Optional<PieceName> pieceCid) {}
  }

  /** FWSS: the end of the storage service; by itself it leaves the CDN as it is. */
  record ServiceTerminated(DataSetId dataSet) implements ChainEvent {}

  /** FWSS: the end of the PDP rail. */
  record PDPPaymentTerminated(DataSetId dataSet, Epoch endEpoch, RailId pdpRail)
      implements ChainEvent {}

  /** FWSS: lockup added to the CDN rails, at creation too. */
  record CDNPaymentRailsToppedUp(
      DataSetId dataSet, TokenAmount cdnAmountAdded, TokenAmount cacheMissAmountAdded)
      implements ChainEvent {}

  /** FWSS: the end of a data set's CDN. */
  record CDNServiceTerminated(DataSetId dataSet) implements ChainEvent {}

  /** FWSS: the deletion of a data set that was not proven for long, its CDN lockup with it. */
  record DataSetAbandoned(DataSetId dataSet) implements ChainEvent {}

  /** PDPVerifier: the removal of pieces from a data set. */
  record PiecesRemoved(DataSetId dataSet, List<PieceId> pieces) implements ChainEvent {
    public PiecesRemoved {
      pieces = List.copyOf(pieces);
    }
  }

  /** PDPVerifier: the deletion of a data set. */
  record DataSetDeleted(DataSetId dataSet) implements ChainEvent {}

  /** ServiceProviderRegistry: a product that a provider offers. */
  record ProductAdded(ProviderId provider, int productType, Optional<String> serviceUrl)
      implements ChainEvent {}

  /** ServiceProviderRegistry: new capabilities of a provider's product, which replace the old. */
  record ProductUpdated(ProviderId provider, int productType, Optional<String> serviceUrl)
      implements ChainEvent {}

  /** ServiceProviderRegistry: the end of a provider's offer of a product. */
  record ProductRemoved(ProviderId provider, int productType) implements ChainEvent {}

  /**
   * Pandora: the approval of a provider, which may serve by it.
   *
   * @param serviceUrl what the contract answered when it was asked; empty where the provider was
   *     gone by then
   */
  record ProviderApproved(ProviderId provider, Optional<String> serviceUrl) implements ChainEvent {}

  /** Pandora: the move of a data set to another provider. */
  record StorageProviderChanged(DataSetId dataSet, ProviderId provider) implements ChainEvent {}

  /** ServiceProviderRegistry: the removal of a provider, with all its products. */
  record ProviderRemoved(ProviderId provider) implements ChainEvent {}

  /** FilecoinPay: the end of a rail, be it through FWSS or by the payer directly. */
  record RailTerminated(RailId rail, Epoch endEpoch) implements ChainEvent {}

  /** FilecoinPay: the erasure of a rail that was settled to its end. */
  record RailFinalized(RailId rail) implements ChainEvent {}

  /** FilBeamOperator: a report of usage; {@code operator} is the contract that said so. */
  record UsageReported(
      DataSetId dataSet,
      Address operator,
      Epoch fromEpoch,
      Epoch toEpoch,
      ByteCount cdnBytesUsed,
      ByteCount cacheMissBytesUsed)
      implements ChainEvent {}

  /** FilBeamOperator: a payment of the CDN rail. */
  record CDNSettlement(DataSetId dataSet, TokenAmount cdnAmount) implements ChainEvent {}

  /** FilBeamOperator: a payment of the cache-miss rail. */
  record CacheMissSettlement(DataSetId dataSet, TokenAmount cacheMissAmount)
      implements ChainEvent {}
}
