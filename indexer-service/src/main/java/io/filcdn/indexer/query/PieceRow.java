package io.filcdn.indexer.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.filcdn.indexer.chain.Entity;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** A row of {@code pieces}, which the projection writes and this room only reads. */
@jakarta.persistence.Entity
@Immutable
@IdClass(PieceRow.Key.class)
@Table(name = "pieces")
@SuppressWarnings("NullAway.Init")
public class PieceRow extends PanacheEntityBase {

  @Id
  @Column(name = "data_set")
  public String dataSet;

  @Id
  @Column(name = "piece_id")
  public long pieceId;

  @Column(name = "piece_cid")
  public String pieceCid;

  public byte[] root;
  public String payer;
  public String metadata;
  public @Nullable Long added;

  @Column(name = "as_of_block")
  public long asOfBlock;

  public long version;

  /** The primary key. */
  public record Key(String dataSet, long pieceId) {}

  /** The places of a piece, by its v1 or v2 PieceCID; up to {@code limit} places behind a place. */
  static List<PlacementRecord> find(PieceName name, Optional<Entity.Piece> after, int limit) {
    byte[] root = name.commP().bytes();
    return switch (name) {
      // the index is on what all PieceCIDs of a root share
      case PieceCid cid ->
          page(
              "root = :root and pieceCid = :cid",
              Map.of("root", root, "cid", cid.toString()),
              after,
              limit);
      case CommP _ -> page("root = :root", Map.of("root", root), after, limit);
    };
  }

  /** The pieces that a data set holds; up to {@code limit} pieces behind a piece. */
  static List<PlacementRecord> in(DataSetId dataSet, Optional<Entity.Piece> after, int limit) {
    return page("dataSet = :dataSet", Map.of("dataSet", dataSet.toString()), after, limit);
  }

  private static List<PlacementRecord> page(
      String condition, Map<String, Object> values, Optional<Entity.Piece> after, int limit) {
    String behind = " and (dataSet > :after or dataSet = :after and pieceId > :piece)";
    Map<String, Object> bound = new HashMap<>(values);
    after.ifPresent(
        place -> {
          bound.put("after", place.dataSet().toString());
          bound.put("piece", place.piece().number());
        });
    PanacheQuery<PieceRow> found =
        find(condition + (after.isPresent() ? behind : "") + " order by dataSet, pieceId", bound);
    return found.page(0, limit).list().stream().map(PieceRow::asRecord).toList();
  }

  private PlacementRecord asRecord() {
    Map<String, String> pairs = new HashMap<>();
    Map<?, ?> stored = RecordJson.read(metadata, Map.class);
    stored.forEach((key, value) -> pairs.put((String) key, (String) value));
    return new PlacementRecord(
        PieceName.parse(pieceCid),
        new Address(payer),
        DataSetId.of(dataSet),
        new PieceId(pieceId),
        pairs,
        Optional.ofNullable(added).map(Epoch::new),
        new AsOf(new BlockNumber(asOfBlock), version));
  }
}
