package io.filcdn.common.index;

import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.piece.PieceName;

/**
 * The key of {@code filcdn.index.placements}: {@code pieceCid/payer/generation/number/pieceId}. All
 * placements of a piece with a payer share a prefix.
 */
public record PlacementKey(PieceName pieceCid, Address payer, DataSetId dataSet, PieceId pieceId) {

  /**
   * Reads the text of a key.
   *
   * @throws IllegalArgumentException where it has another form
   */
  public static PlacementKey of(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 5) {
      throw new IllegalArgumentException(
          "expected pieceCid/payer/generation/number/pieceId, found \"%s\"".formatted(text));
    }
    return new PlacementKey(
        PieceName.parse(parts[0]),
        Address.of(parts[1]),
        DataSetId.of(parts[2] + "/" + parts[3]),
        PieceId.of(parts[4]));
  }

  @Override
  public String toString() {
    return pieceCid + "/" + payer + "/" + dataSet + "/" + pieceId;
  }
}
