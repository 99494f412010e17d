package io.filcdn.indexer.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.piece.PieceName;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.annotations.Immutable;

/** A row of {@code pieces}, which the projection writes and this room only reads. */
@Entity
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

  @Column(name = "as_of_block")
  public long asOfBlock;

  public long version;

  /** The primary key. */
  public record Key(String dataSet, long pieceId) {}

  /** Where a piece is, by its v1 or v2 PieceCID; up to {@code limit} places. */
  static List<PlacementRecord> find(PieceName name, int limit) {
    PanacheQuery<PieceRow> found =
        switch (name) {
          case PieceCid cid -> find("pieceCid = ?1 order by dataSet, pieceId", cid.toString());
          case CommP root -> find("root = ?1 order by dataSet, pieceId", root.bytes());
        };
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
        new AsOf(new BlockNumber(asOfBlock), version));
  }
}
