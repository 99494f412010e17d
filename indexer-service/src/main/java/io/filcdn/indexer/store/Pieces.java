package io.filcdn.indexer.store;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.piece.PieceName;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.indexer.publish.Outbox;
import io.filcdn.indexer.publish.Outbox.Message;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The table of pieces in data sets; what changes in it goes to the outbox. */
public final class Pieces {

  private static final String REPLACING =
      """

      on conflict (data_set, piece_id) do update set
        (piece_cid, root, payer, metadata, added, as_of_block, version) =
        (excluded.piece_cid, excluded.root, excluded.payer, excluded.metadata,
         excluded.added, excluded.as_of_block, excluded.version)""";

  private final Connection connection;
  private final WriteMode what;
  private final Outbox outbox;

  public Pieces(Connection connection, WriteMode what) {
    this.connection = connection;
    this.what = what;
    this.outbox = new Outbox(connection);
  }

  /** The content of a row, as it is compared. */
  private record Row(PlacementKey key, String metadata, Optional<Long> added) {
    static Row of(PlacementRecord record) {
      // sorted, so that the same metadata is the same text
      return new Row(
          record.key(),
          RecordJson.write(new TreeMap<>(record.metadata())),
          record.added().map(Epoch::value));
    }
  }

  /**
   * Writes and publishes where pieces are, as far as that is new.
   *
   * @param fresh those that had no event until now and were not saved yet, and so have no row
   */
  public void save(
      Map<Entity.Piece, PlacementHistory> pieces, Set<? extends Entity> fresh, Versions versions)
      throws SQLException {
    Map<Entity.Piece, Row> rows =
        rows(pieces.keySet().stream().filter(piece -> !fresh.contains(piece)).toList());
    List<PlacementRecord> added = new ArrayList<>();
    List<PlacementRecord> changed = new ArrayList<>();
    List<Row> gone = new ArrayList<>();
    Map<PlacementKey, Message> messages = new LinkedHashMap<>();
    for (var entry : pieces.entrySet()) {
      Optional<PlacementRecord> now = entry.getValue().current();
      Optional<Row> before = Optional.ofNullable(rows.get(entry.getKey()));
      boolean same = before.isPresent() && now.map(Row::of).equals(before);
      if (same && what == WriteMode.CHANGES) {
        continue;
      }
      Set<PlacementKey> former = new HashSet<>(entry.getValue().former());
      // a reorg can give a piece's number to other bytes: the old key must go
      before.map(Row::key).ifPresent(former::add);
      now.map(PlacementRecord::key).ifPresent(former::remove);
      for (PlacementKey key : former) {
        messages.put(key, message(key, Optional.empty(), versions.next().version()));
      }
      List<PlacementRecord> written = fresh.contains(entry.getKey()) ? added : changed;
      now.ifPresentOrElse(written::add, () -> before.ifPresent(gone::add));
      now.ifPresent(p -> messages.put(p.key(), message(p.key(), now, p.asOf().version())));
    }
    write(added, "");
    write(changed, REPLACING);
    delete(gone);
    outbox.put(messages.values());
  }

  private static Message message(PlacementKey key, Optional<PlacementRecord> record, long version) {
    return new Message(Topic.PLACEMENTS, key.toString(), record.map(RecordJson::write), version);
  }

  private Map<Entity.Piece, Row> rows(Collection<Entity.Piece> pieces) throws SQLException {
    if (pieces.isEmpty()) {
      return Map.of();
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select data_set, piece_id, piece_cid, payer, metadata, added from pieces
             where (data_set, piece_id) in (select * from unnest(?, ?))""")) {
      Columns.of(select, pieces)
          .text(piece -> piece.dataSet().toString())
          .bigint(piece -> piece.piece().number());
      Map<Entity.Piece, Row> rows = new HashMap<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          DataSetId dataSet = DataSetId.of(row.getString("data_set"));
          PieceId piece = new PieceId(row.getLong("piece_id"));
          PlacementKey key =
              new PlacementKey(
                  PieceName.parse(row.getString("piece_cid")),
                  new Address(row.getString("payer")),
                  dataSet,
                  piece);
          Optional<Long> added = Optional.ofNullable(row.getObject("added", Long.class));
          rows.put(
              new Entity.Piece(dataSet, piece), new Row(key, row.getString("metadata"), added));
        }
      }
      return rows;
    }
  }

  private void write(List<PlacementRecord> placements, String onConflict) throws SQLException {
    if (placements.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into pieces
              (as_of_block, version, data_set, piece_id, piece_cid, root, payer, metadata, added)
            select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)"""
                + onConflict)) {
      Columns.of(insert, placements)
          .bigint(placement -> placement.asOf().block().value())
          .bigint(placement -> placement.asOf().version());
      Columns.after(2, insert, placements.stream().map(Row::of).toList())
          .text(row -> row.key().dataSet().toString())
          .bigint(row -> row.key().pieceId().number())
          .text(row -> row.key().pieceCid().toString())
          .bytes(row -> row.key().pieceCid().commP().bytes())
          .text(row -> row.key().payer().hex())
          .text(Row::metadata)
          .bigint(row -> row.added().orElse(null));
      insert.executeUpdate();
    }
  }

  private void delete(List<Row> gone) throws SQLException {
    if (gone.isEmpty()) {
      return;
    }
    try (PreparedStatement delete =
        connection.prepareStatement(
            "delete from pieces where (data_set, piece_id) in (select * from unnest(?, ?))")) {
      Columns.of(delete, gone)
          .text(row -> row.key().dataSet().toString())
          .bigint(row -> row.key().pieceId().number());
      delete.executeUpdate();
    }
  }
}
