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
 * What a contract said in one log, whichever generation it belongs to. Each record bears the name
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

  /** FWSS: a piece was added to a data set. */
  record PieceAdded(
      DataSetId dataSet, PieceId piece, PieceName pieceCid, Map<String, String> metadata)
      implements ChainEvent {
    public PieceAdded {
      metadata = Map.copyOf(metadata);
    }
  }

  /**
   * PDPVerifier of pandora: pieces were added. The contract's event tells only their ids; the CIDs
   * are what the contract answered when it was asked.
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

  /** FWSS: storage service ends; by itself it leaves the CDN as it is. */
  record ServiceTerminated(DataSetId dataSet) implements ChainEvent {}

  /** FWSS: the PDP rail ends. */
  record PDPPaymentTerminated(DataSetId dataSet, Epoch endEpoch, RailId pdpRail)
      implements ChainEvent {}

  /** FWSS: lockup was added to the CDN rails, at creation too. */
  record CDNPaymentRailsToppedUp(
      DataSetId dataSet, TokenAmount cdnAmountAdded, TokenAmount cacheMissAmountAdded)
      implements ChainEvent {}

  /** FWSS: the CDN of a data set ended. */
  record CDNServiceTerminated(DataSetId dataSet) implements ChainEvent {}

  /** FWSS: a data set that was not proven for long was deleted, its CDN lockup with it. */
  record DataSetAbandoned(DataSetId dataSet) implements ChainEvent {}

  /** PDPVerifier: pieces left a data set. */
  record PiecesRemoved(DataSetId dataSet, List<PieceId> pieces) implements ChainEvent {
    public PiecesRemoved {
      pieces = List.copyOf(pieces);
    }
  }

  /** PDPVerifier: a data set is gone. */
  record DataSetDeleted(DataSetId dataSet) implements ChainEvent {}

  /** ServiceProviderRegistry: a provider offers a product. */
  record ProductAdded(ProviderId provider, int productType, Optional<String> serviceUrl)
      implements ChainEvent {}

  /** ServiceProviderRegistry: a provider's product has new capabilities, which replace the old. */
  record ProductUpdated(ProviderId provider, int productType, Optional<String> serviceUrl)
      implements ChainEvent {}

  /** ServiceProviderRegistry: a provider no longer offers a product. */
  record ProductRemoved(ProviderId provider, int productType) implements ChainEvent {}

  /**
   * Pandora: a provider may serve.
   *
   * @param serviceUrl what the contract answered when it was asked; empty where the provider was
   *     gone by then
   */
  record ProviderApproved(ProviderId provider, Optional<String> serviceUrl) implements ChainEvent {}

  /** Pandora: another provider holds a data set now. */
  record StorageProviderChanged(DataSetId dataSet, ProviderId provider) implements ChainEvent {}

  /** ServiceProviderRegistry: a provider is gone, with all its products. */
  record ProviderRemoved(ProviderId provider) implements ChainEvent {}

  /** FilecoinPay: a rail ends, be it through FWSS or by the payer directly. */
  record RailTerminated(RailId rail, Epoch endEpoch) implements ChainEvent {}

  /** FilecoinPay: a rail was settled to its end and erased. */
  record RailFinalized(RailId rail) implements ChainEvent {}

  /** FilBeamOperator: usage was reported; {@code operator} is the contract that said so. */
  record UsageReported(
      DataSetId dataSet,
      Address operator,
      Epoch fromEpoch,
      Epoch toEpoch,
      ByteCount cdnBytesUsed,
      ByteCount cacheMissBytesUsed)
      implements ChainEvent {}

  /** FilBeamOperator: the CDN rail paid. */
  record CDNSettlement(DataSetId dataSet, TokenAmount cdnAmount) implements ChainEvent {}

  /** FilBeamOperator: the cache-miss rail paid. */
  record CacheMissSettlement(DataSetId dataSet, TokenAmount cacheMissAmount)
      implements ChainEvent {}
}
