package io.filcdn.metrics.pieces;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.common.network.Network;
import io.filcdn.common.piece.PieceCid;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change of a piece's placement with a payer: it is placed, or is removed.
 *
 * @param placed absent where the placement ended
 */
public record PlacementChange(String key, Optional<Placed> placed) {

  /**
   * A placed piece.
   *
   * @param bytes its raw size; 0 where the chain did not tell
   * @param day when the index learnt of it
   * @param since when the chain placed it
   */
  record Placed(Address payer, long bytes, LocalDate day, Instant since) {}

  /**
   * Reads a record of {@code filcdn.index.placements}.
   *
   * @throws IllegalArgumentException where the key is none
   */
  public static PlacementChange of(
      @Nullable String key, Optional<PlacementRecord> value, Network network) {
    if (key == null) {
      throw new IllegalArgumentException("expected the key of a placement, found none");
    }
    return new PlacementChange(
        PlacementKey.of(key).toString(), value.map(record -> placed(record, network)));
  }

  private static Placed placed(PlacementRecord record, Network network) {
    long bytes = record.pieceCid() instanceof PieceCid cid ? cid.rawSize() : 0;
    Epoch told = record.asOf().block().epoch();
    LocalDate day = network.timeOf(told).atOffset(ZoneOffset.UTC).toLocalDate();
    Instant since = network.timeOf(record.added().orElse(told));
    return new Placed(record.payer(), bytes, day, since);
  }
}
