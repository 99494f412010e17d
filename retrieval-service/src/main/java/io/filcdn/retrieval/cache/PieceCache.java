package io.filcdn.retrieval.cache;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.bytes.ReprDigest;
import io.filcdn.retrieval.usage.UnverifiedEgress;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The cache that the bytes of pieces come from: the disk, or a fill, of which there is one a piece
 * however many ask for it at once. Of a piece whose tree is known, a fill fetches the groups that
 * are asked for; of others, all. Keyed by the piece alone: all payers and providers share it. Bytes
 * that the disk cannot take pass through unstored.
 */
public final class PieceCache {

  private final FillDependencies tools;
  private final DiskPieceCache disk;
  private final AbandonedFills abandoned;
  private final long readAhead;
  private final TreesAtHand trees;
  private final Map<PieceCid, Fill> fills = new ConcurrentHashMap<>();
  private final Map<PieceCid, GroupFill> groupFills = new ConcurrentHashMap<>();
  private final Set<PassThrough> passing = ConcurrentHashMap.newKeySet();

  /**
   * @param abandoned the fills that nobody waits for
   * @param readAhead how many bytes are fetched ahead of a reader where groups are fetched alone
   */
  public PieceCache(
      FillDependencies tools, DiskPieceCache disk, AbandonedFills abandoned, long readAhead) {
    this.tools = tools;
    this.disk = disk;
    this.abandoned = abandoned;
    this.readAhead = readAhead;
    this.trees = new TreesAtHand(tools.vertx(), tools.trees());
  }

  /**
   * A way to a piece's bytes.
   *
   * @param stored whether the piece is, or will be, in the cache
   * @param unverified where the bytes of a fill are counted until its verdict
   */
  public record Opened(
      PieceBytes bytes,
      CacheOutcome outcome,
      boolean stored,
      Optional<UnverifiedEgress> unverified) {}

  /**
   * True where a request for a range of the piece can make the edge fetch something, at once or
   * when another leaves for whom it is fetched, or make an abandoned fill go on.
   */
  public boolean isCold(PieceCid piece, ByteRange range) {
    // in this order: a fill puts the piece on the disk before it leaves the map
    Fill fill = fills.get(piece);
    return (fill == null || fill.isAbandoned())
        && disk.get(piece).isEmpty()
        && disk.groups(piece).map(file -> !file.holds(range)).orElse(true);
  }

  /**
   * Goes on when all is at hand that opening a range of the piece needs: of a cold piece its tree,
   * which lies on disk. At once where the range is a hit, else later on the same event loop.
   */
  public void prepare(PieceCid piece, ByteRange range, Runnable then) {
    if (isCold(piece, range)) {
      trees.load(piece).onComplete(loaded -> then.run());
    } else {
      then.run();
    }
  }

  /**
   * The number of bytes that a request for a range of a cold piece can make the edge fetch: of the
   * groups of the range where they can be fetched alone, else of all of the piece.
   */
  public long toFetch(PieceCid piece, ByteRange range) {
    return fills.containsKey(piece) || !disk.takes(piece) || isWholeOnly(piece)
        ? piece.rawSize()
        : disk.groups(piece)
            .map(file -> file.toFetch(range))
            .or(() -> trees.get(piece).map(tree -> sizeOfGroups(tree, range)))
            .orElse(piece.rawSize());
  }

  private boolean isWholeOnly(PieceCid piece) {
    return tools.health().history().isWholeOnly(piece);
  }

  private static long sizeOfGroups(PieceTree tree, ByteRange range) {
    PieceGroups groups = tree.groups();
    return groups.to(groups.group(range.end() - 1)) - groups.from(groups.group(range.start()));
  }

  /**
   * A piece that would be a hit.
   *
   * @param contentType what it is, where that is known
   * @param digest its SHA-256, where that is known
   */
  public record Cached(Optional<String> contentType, Optional<ReprDigest> digest) {}

  /** The piece, where a request for a range of it would be a hit. */
  public Optional<Cached> cached(PieceCid piece, ByteRange range) {
    // in this order: a fill puts the piece on the disk before it leaves the map
    Fill fill = fills.get(piece);
    Optional<Cached> filled =
        fill == null
            ? Optional.empty()
            : fill.verifiedType().map(type -> new Cached(Optional.of(type), Optional.empty()));
    return filled
        .or(() -> disk.get(piece).map(file -> new Cached(file.contentType(), file.digest())))
        .or(
            () ->
                disk.groups(piece)
                    .filter(file -> file.holds(range))
                    .map(file -> new Cached(file.contentType(), Optional.empty())));
  }

  /** The number of fills under way, without the abandoned ones. */
  public long fills() {
    return fills.values().stream().filter(fill -> !fill.isAbandoned()).count() + groupFills.size();
  }

  /** The number of bytes that the abandoned fills have. */
  public long abandonedBytes() {
    return abandoned.bytes();
  }

  /** Gives up what nobody waits for; what was taken of it is recorded as unbilled then. */
  public Future<?> giveUpAbandoned() {
    return abandoned.giveUpAll();
  }

  /** The number of fetches under way, fills and those that pass through. */
  public long underWay() {
    return fills() + passing.size();
  }

  /** Ends all fetches that have no verdict; nobody pays for them. */
  public void close() {
    fills.values().forEach(Fill::end);
    groupFills.values().forEach(GroupFill::end);
    passing.forEach(PassThrough::end);
  }

  /** The number of fills that brought wrong bytes. */
  public long mismatches() {
    return tools.health().history().mismatches();
  }

  /**
   * Opens a piece: from the disk, or from the fill under way, or from one that begins now.
   *
   * @param context what the request brings to a fill
   * @param range what will be read
   */
  public Opened open(PieceCid piece, FillContext context, ByteRange range) {
    Optional<Opened> cached = onDisk(piece).or(() -> groupsOnDisk(piece, range));
    if (cached.isPresent()) {
      return cached.get();
    }
    if (!disk.takes(piece) && !fills.containsKey(piece)) {
      return passThrough(piece, context, range);
    }
    Optional<Opened> byGroups = openByGroups(piece, context, range);
    if (byGroups.isPresent()) {
      return byGroups.get();
    }
    AtomicReference<@Nullable Fill> begun = new AtomicReference<>();
    Fill fill = fills.computeIfAbsent(piece, cold -> newFill(piece, context, begun));
    if (fill == null) {
      return onDisk(piece).orElseGet(() -> passThrough(piece, context, range));
    }
    if (fill == begun.get()) {
      return lead(fill);
    }
    Optional<Opened> joined = join(fill, context);
    if (joined.isEmpty()) {
      // it has just ended: with the piece on the disk, or it failed and ours is another
      fills.remove(piece, fill);
      return open(piece, context, range);
    }
    return joined.get();
  }

  private static Opened lead(Fill fill) {
    PieceBytes bytes = fill.open().orElseThrow();
    fill.start();
    return opened(fill, bytes, CacheOutcome.MISS);
  }

  /** Opens a range of a piece whose tree is known; none where only all of it can be fetched. */
  private Optional<Opened> openByGroups(PieceCid piece, FillContext context, ByteRange range) {
    if (fills.containsKey(piece) || isWholeOnly(piece)) {
      return Optional.empty();
    }
    Optional<PieceTree> tree = trees.get(piece);
    Optional<SparseFile> file = tree.flatMap(known -> disk.placeForGroups(piece));
    if (file.isEmpty()) {
      return Optional.empty();
    }
    CacheOutcome outcome =
        file.get().missing(range).isEmpty() ? CacheOutcome.COLLAPSED : CacheOutcome.MISS;
    try {
      PieceBytes bytes = openByGroups(file.get(), tree.get(), context, range);
      return Optional.of(new Opened(bytes, outcome, true, Optional.empty()));
    } catch (NoSuchFileException e) {
      // it was evicted just now, and the next is another; or it is becoming the piece's
      boolean same = disk.groups(piece).filter(file.get()::equals).isPresent();
      return Optional.of(same ? passThrough(piece, context, range) : open(piece, context, range));
    } catch (IOException e) {
      disk.failed(e);
      return Optional.of(passThrough(piece, context, range));
    }
  }

  private PieceBytes openByGroups(
      SparseFile file, PieceTree tree, FillContext context, ByteRange range) throws IOException {
    while (true) {
      GroupFill fill =
          groupFills.computeIfAbsent(
              file.piece(),
              piece ->
                  new GroupFill(
                      new GroupTarget(tools, disk, file, tree, readAhead),
                      ended -> groupFills.remove(piece, ended)));
      Optional<PieceBytes> opened = fill.open(context, range);
      if (opened.isPresent()) {
        return opened.get();
      }
      groupFills.remove(file.piece(), fill);
    }
  }

  /** A piece's bytes, where all of a range is here; nothing is fetched. */
  public Optional<PieceBytes> openCached(PieceCid piece, ByteRange range) {
    return onDisk(piece).or(() -> groupsOnDisk(piece, range)).map(Opened::bytes);
  }

  /** The tree of a piece, where it lies in memory, or its name tells it. Never blocks. */
  public Optional<PieceTree> treeAtHand(PieceCid piece) {
    return PieceTree.ofName(piece).or(() -> tools.trees().atHand(piece));
  }

  /** Opens a piece for one reader alone, past the disk. */
  private Opened passThrough(PieceCid piece, FillContext context, ByteRange range) {
    PassThrough begun = new PassThrough(tools, piece, context, range, passing::remove);
    passing.add(begun);
    begun.start();
    return new Opened(begun, CacheOutcome.MISS, false, Optional.of(begun.unverified()));
  }

  /**
   * Opens a piece once more whose bytes turned out to be unreadable midway: as for any other
   * request, so that a piece that was purged meanwhile is not fetched twice at once.
   *
   * @param bytes that cannot be read
   * @param range what is left to be read
   */
  public Opened reopen(
      PieceCid piece, PieceBytes bytes, Throwable failure, FillContext context, ByteRange range) {
    // a file that was evicted before it was opened is no fault of the disk's
    if (!(failure instanceof NoSuchFileException)) {
      disk.failed(failure);
    }
    CachedFile.readBy(bytes).ifPresent(disk::forget);
    return open(piece, context, range);
  }

  /**
   * Drops a piece: it is not kept, whatever becomes of a fill under way. Responses under way go on.
   *
   * @return whether there was anything to drop
   */
  public boolean purge(PieceCid piece) {
    Fill fill = fills.get(piece);
    if (fill != null) {
      fill.forget();
    }
    boolean cached = disk.get(piece).isPresent() || disk.groups(piece).isPresent();
    disk.forget(piece);
    return cached || fill != null;
  }

  /**
   * Drops the pieces that are not to be kept.
   *
   * @return how many
   */
  public long purgeIf(Predicate<PieceCid> unwanted) {
    return Stream.concat(disk.pieces().stream(), fills.keySet().stream())
        .distinct()
        .filter(unwanted)
        .filter(this::purge)
        .count();
  }

  private @Nullable Fill newFill(
      PieceCid piece, FillContext context, AtomicReference<@Nullable Fill> begun) {
    // a fill that ended just now has put the piece on the disk before it left the map
    if (disk.get(piece).isPresent()) {
      return null;
    }
    try {
      begun.set(
          new Fill(tools, piece, context, disk, abandoned, ended -> fills.remove(piece, ended)));
      return begun.get();
    } catch (IOException e) {
      disk.failed(e);
      return null;
    }
  }

  private Optional<Opened> onDisk(PieceCid piece) {
    return disk.get(piece)
        .map(file -> new Opened(file.open(), CacheOutcome.HIT, true, Optional.empty()));
  }

  private Optional<Opened> groupsOnDisk(PieceCid piece, ByteRange range) {
    Optional<SparseFile> file = disk.groups(piece).filter(groups -> groups.holds(range));
    try {
      Optional<PieceBytes> bytes = file.isEmpty() ? Optional.empty() : file.get().read(range);
      return bytes.map(here -> new Opened(here, CacheOutcome.HIT, true, Optional.empty()));
    } catch (NoSuchFileException e) {
      // it was evicted, or is a whole piece's by now
      return onDisk(piece);
    } catch (IOException e) {
      disk.failed(e);
      file.ifPresent(disk::forget);
      return Optional.empty();
    }
  }

  /** Follows a fill; one that is verified, and only being written to disk, is as good as a hit. */
  private static Optional<Opened> join(Fill fill, FillContext follower) {
    Optional<PieceBytes> reader = fill.open();
    if (reader.isEmpty()) {
      return Optional.empty();
    }
    PieceBytes bytes = reader.get();
    if (bytes.state() == PieceBytes.State.VERIFIED) {
      return Optional.of(new Opened(bytes, CacheOutcome.HIT, true, Optional.empty()));
    }
    return switch (fill.join(follower)) {
      case FOLLOWS -> Optional.of(opened(fill, bytes, CacheOutcome.COLLAPSED));
      case LEADS -> Optional.of(opened(fill, bytes, CacheOutcome.MISS));
      case ENDED -> {
        bytes.close();
        yield Optional.empty();
      }
    };
  }

  private static Opened opened(Fill fill, PieceBytes bytes, CacheOutcome outcome) {
    return new Opened(bytes, outcome, true, Optional.of(fill.unverified()));
  }
}
