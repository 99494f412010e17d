package io.filcdn.common.index;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.piece.PieceName;
import java.util.Map;
import java.util.Optional;

/**
 * The placement of a piece in a data set, on {@code filcdn.index.placements}. Removal is a
 * tombstone.
 *
 * @param pieceCid v2 in fwss; v1 in pandora, whose contract knew no raw sizes
 * @param metadata the piece's keys and values on chain, as they are
 * @param added the epoch in which the piece was added to the data set; empty where an earlier
 *     version of the index wrote this
 */
public record PlacementRecord(
    PieceName pieceCid,
    Address payer,
    DataSetId dataSet,
    PieceId pieceId,
    Map<String, String> metadata,
    Optional<Epoch> added,
    AsOf asOf) {

  public PlacementRecord {
    requireNonNull(pieceCid, "pieceCid is missing");
    requireNonNull(payer, "payer is missing");
    requireNonNull(dataSet, "dataSet is missing");
    requireNonNull(pieceId, "pieceId is missing");
    metadata = Map.copyOf(requireNonNull(metadata, "metadata is missing"));
    requireNonNull(asOf, "asOf is missing");
  }

  /** The record's key. */
  public PlacementKey key() {
    return new PlacementKey(pieceCid, payer, dataSet, pieceId);
  }
}
