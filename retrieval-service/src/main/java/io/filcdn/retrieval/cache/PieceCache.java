package io.filcdn.retrieval.cache;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.delivery.PieceBytes;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.OriginClient;
import io.filcdn.retrieval.usage.EgressMeter;
import io.filcdn.retrieval.usage.UnverifiedEgress;
import io.vertx.core.WorkerExecutor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of pieces come from: the disk, or a fill, of which there is one a piece however
 * many ask for it at once. Keyed by the piece alone: all payers and providers share it.
 */
public final class PieceCache {

  private final WorkerExecutor workers;
  private final DiskPieceCache disk;
  private final OriginClient origins;
  private final EgressMeter meter;
  private final Map<PieceCid, Fill> fills = new ConcurrentHashMap<>();

  /**
   * @param workers where fills write and hash
   */
  public PieceCache(
      WorkerExecutor workers, DiskPieceCache disk, OriginClient origins, EgressMeter meter) {
    this.workers = workers;
    this.disk = disk;
    this.origins = origins;
    this.meter = meter;
  }

  /**
   * A way to a piece's bytes.
   *
   * @param unverified where the bytes of a fill are counted until its verdict
   */
  public record Opened(
      PieceBytes bytes, CacheOutcome outcome, Optional<UnverifiedEgress> unverified) {}

  /**
   * Opens a piece: from the disk, or from the fill under way, or from one that begins now.
   *
   * @param candidates who to ask, the best first; not looked at where the piece is here
   */
  public Opened open(PieceCid piece, List<Origin> candidates) {
    Optional<Opened> cached = onDisk(piece);
    if (cached.isPresent()) {
      return cached.get();
    }
    AtomicReference<@Nullable Fill> begun = new AtomicReference<>();
    Fill fill =
        fills.computeIfAbsent(
            piece,
            cold -> {
              // a fill that ended just now has put the piece on the disk before it left the map
              if (disk.get(piece).isPresent()) {
                return null;
              }
              begun.set(newFill(piece, candidates));
              return begun.get();
            });
    if (fill == null) {
      return open(piece, candidates);
    }
    if (fill != begun.get()) {
      return join(fill);
    }
    PieceBytes bytes = fill.open();
    fill.start();
    return new Opened(bytes, CacheOutcome.MISS, Optional.of(fill.unverified()));
  }

  private Fill newFill(PieceCid piece, List<Origin> candidates) {
    return new Fill(workers, piece, candidates, disk, origins, meter, () -> fills.remove(piece));
  }

  private Optional<Opened> onDisk(PieceCid piece) {
    return disk.get(piece).map(file -> new Opened(file.open(), CacheOutcome.HIT, Optional.empty()));
  }

  /** Follows a fill; one that is verified, and only being written to disk, is as good as a hit. */
  private static Opened join(Fill fill) {
    PieceBytes bytes = fill.open();
    return bytes.state() == PieceBytes.State.VERIFIED
        ? new Opened(bytes, CacheOutcome.HIT, Optional.empty())
        : new Opened(bytes, CacheOutcome.COLLAPSED, Optional.of(fill.unverified()));
  }
}
