package io.filcdn.indexer.projection;

import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.store.Holder;
import java.util.List;
import java.util.Optional;

/** What the events of a piece, and the data set that holds it, add up to. */
final class PieceFold {

  private PieceFold() {}

  /**
   * Folds all events of one piece.
   *
   * @param events in the chain's order
   * @param holder the data set; empty where FWSS has not created it
   * @return empty where the piece is in no data set that lives
   */
  static Optional<PlacementRecord> fold(
      List<LoggedEvent> events, Optional<Holder> holder, AsOf asOf) {
    Optional<ChainEvent.PieceAdded> added = Optional.empty();
    for (LoggedEvent logged : events) {
      if (logged.event() instanceof ChainEvent.PieceAdded e) {
        added = Optional.of(e);
      } else if (logged.event() instanceof ChainEvent.PiecesRemoved) {
        added = Optional.empty();
      }
    }
    return added.flatMap(
        piece ->
            holder
                .filter(dataSet -> !dataSet.deleted())
                .map(
                    dataSet ->
                        new PlacementRecord(
                            piece.pieceCid(),
                            dataSet.payer(),
                            piece.dataSet(),
                            piece.piece(),
                            piece.metadata(),
                            asOf)));
  }
}
