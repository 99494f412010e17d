package io.filcdn.indexer.projection;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.piece.PieceName;
import io.filcdn.indexer.chain.ChainEvent;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.store.DataSetState;
import io.filcdn.indexer.store.PlacementHistory;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fold of the events of a piece and its data set. */
final class PieceFold {

  private PieceFold() {}

  /** The facts that are known of a piece in its data set. */
  private record Facts(PieceName cid, Map<String, String> metadata, BlockNumber added) {}

  /**
   * Folds all events of one piece.
   *
   * @param events in the chain's order
   * @param dataSet its data set; empty where FWSS has not created it
   */
  static PlacementHistory fold(
      Entity.Piece piece, List<LoggedEvent> events, Optional<DataSetState> dataSet, AsOf asOf) {
    Optional<Facts> facts = Optional.empty();
    Set<PlacementKey> keys = new HashSet<>();
    for (LoggedEvent logged : events) {
      BlockNumber block = logged.position().block();
      if (logged.event() instanceof ChainEvent.PieceAdded e) {
        facts = Optional.of(new Facts(e.pieceCid(), e.metadata(), block));
      } else if (logged.event() instanceof ChainEvent.PiecesAdded e) {
        facts = told(piece, e, block);
      } else if (logged.event() instanceof ChainEvent.PiecesRemoved) {
        facts = Optional.empty();
      }
      facts.flatMap(fact -> dataSet.map(h -> key(piece, fact, h))).ifPresent(keys::add);
    }
    Optional<Facts> last = facts;
    Optional<PlacementRecord> now =
        dataSet
            .filter(h -> !h.deleted())
            .flatMap(h -> last.map(fact -> record(piece, fact, h, asOf)));
    now.map(PlacementRecord::key).ifPresent(keys::remove);
    return new PlacementHistory(now, keys);
  }

  private static PlacementKey key(Entity.Piece piece, Facts facts, DataSetState dataSet) {
    return new PlacementKey(facts.cid(), dataSet.payer(), piece.dataSet(), piece.piece());
  }

  private static PlacementRecord record(
      Entity.Piece piece, Facts facts, DataSetState dataSet, AsOf asOf) {
    return new PlacementRecord(
        facts.cid(),
        dataSet.payer(),
        piece.dataSet(),
        piece.piece(),
        facts.metadata(),
        Optional.of(facts.added().epoch()),
        asOf);
  }

  private static Optional<Facts> told(
      Entity.Piece piece, ChainEvent.PiecesAdded event, BlockNumber block) {
    return event.pieces().stream()
        .filter(added -> added.piece().equals(piece.piece()))
        .findFirst()
        .flatMap(ChainEvent.PiecesAdded.Added::pieceCid)
        .map(cid -> new Facts(cid, Map.of(), block));
  }
}
