package io.filcdn.retrieval.cache;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.bytes.ReprDigest;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.ProviderTrees;
import io.filcdn.retrieval.usage.UnverifiedEgress;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
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
  private final Map<FillKey, Fill> fills = new ConcurrentHashMap<>();
  private final Map<PieceCid, GroupFill> groupFills = new ConcurrentHashMap<>();
  private final Set<PassThrough> passing = ConcurrentHashMap.newKeySet();

  /**
   * @param abandoned the fills that nobody waits for
   * @param offered the trees that providers offer
   * @param readAhead how many bytes are fetched ahead of a reader where groups are fetched alone
   */
  public PieceCache(
      FillDependencies tools,
      DiskPieceCache disk,
      AbandonedFills abandoned,
      ProviderTrees offered,
      long readAhead) {
    this.tools = tools;
    this.disk = disk;
    this.abandoned = abandoned;
    this.readAhead = readAhead;
    this.trees = new TreesAtHand(tools.vertx(), tools.trees(), offered);
  }

  /**
   * The ones who share a fill.
   *
   * @param gate the payer whose clients they are, as what the provider of a gated data set supplies
   *     is fetched for its payer's alone; empty for all whose providers ask for no proof
   */
  private record FillKey(PieceCid piece, Optional<Address> gate) {

    static FillKey shared(PieceCid piece) {
      return new FillKey(piece, Optional.empty());
    }

    /** Of those who bring some providers. A loop, not a stream: every request passes here. */
    static FillKey of(PieceCid piece, List<Origin> origins) {
      for (Origin origin : origins) {
        if (origin.gatedBy().isPresent()) {
          return new FillKey(piece, origin.gatedBy());
        }
      }
      return shared(piece);
    }
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
   * True where a request for some ranges of the piece can make the edge fetch something, at once or
   * when another leaves for whom it is fetched, or make an abandoned fill go on.
   *
   * @param origins the providers that it would bring
   */
  public boolean isCold(PieceCid piece, List<Origin> origins, ByteRanges ranges) {
    // in this order: a fill puts the piece on the disk before it leaves the map
    Fill fill = fills.get(FillKey.of(piece, origins));
    return (fill == null || fill.isAbandoned())
        && disk.get(piece).isEmpty()
        && disk.groups(piece).map(file -> !file.holds(ranges)).orElse(true);
  }

  /**
   * Goes on when all is at hand that opening ranges of the piece needs: of a cold piece its tree,
   * which lies on disk, or a provider offers. At once where they are a hit, else later on the same
   * event loop.
   */
  public void prepare(PieceCid piece, List<Origin> origins, ByteRanges ranges, Runnable then) {
    if (isCold(piece, origins, ranges)) {
      trees.load(piece, origins).onComplete(loaded -> then.run());
    } else {
      then.run();
    }
  }

  /**
   * The number of bytes that a request for some ranges of a cold piece can make the edge fetch: of
   * the groups of the ranges where they can be fetched alone, else of all of the piece.
   */
  public long toFetch(PieceCid piece, ByteRanges ranges) {
    return groupsAlone(piece, ranges)
        .map(
            tree ->
                disk.groups(piece)
                    .map(file -> file.toFetch(ranges))
                    .orElseGet(() -> sizeOfGroups(tree, ranges)))
        .orElse(piece.rawSize());
  }

  /** The tree of a piece, where the groups of some ranges of it can be fetched alone. */
  private Optional<PieceTree> groupsAlone(PieceCid piece, ByteRanges ranges) {
    return isWholeOnly(piece) || isBeingFilled(piece)
        ? Optional.empty()
        : trees.get(piece).filter(tree -> disk.takesGroups(piece, sizeOfGroups(tree, ranges)));
  }

  private boolean isBeingFilled(PieceCid piece) {
    return fills.keySet().stream().anyMatch(key -> key.piece.equals(piece));
  }

  private List<Fill> fillsOf(PieceCid piece) {
    return fills.values().stream().filter(fill -> fill.piece().equals(piece)).toList();
  }

  private boolean isWholeOnly(PieceCid piece) {
    return tools.health().history().isWholeOnly(piece);
  }

  private static long sizeOfGroups(PieceTree tree, ByteRanges ranges) {
    PieceGroups groups = tree.groups();
    long size = 0;
    long end = 0;
    for (ByteRange range : ranges.all()) {
      long from = Math.max(end, groups.from(groups.group(range.start())));
      end = groups.to(groups.group(range.end() - 1));
      size += end - from;
    }
    return size;
  }

  /**
   * True where a request for some ranges of the piece would be a hit.
   *
   * @param origins the providers that it would bring
   */
  public boolean isHit(PieceCid piece, List<Origin> origins, ByteRanges ranges) {
    // in this order: a fill puts the piece on the disk before it leaves the map
    Fill fill = fills.get(FillKey.of(piece, origins));
    return (fill != null && fill.verifiedType().isPresent())
        || disk.get(piece).isPresent()
        || disk.groups(piece).filter(file -> file.holds(ranges)).isPresent();
  }

  /** The media type of a piece, where it is known. */
  public Optional<String> contentType(PieceCid piece) {
    return Optional.ofNullable(fills.get(FillKey.shared(piece)))
        .flatMap(Fill::verifiedType)
        .or(() -> disk.get(piece).flatMap(CachedFile::contentType))
        .or(() -> disk.groups(piece).flatMap(SparseFile::contentType));
  }

  /** True where some of the piece is on the disk, which can tell what it is. */
  public boolean holdsSome(PieceCid piece) {
    return disk.get(piece).isPresent() || disk.groups(piece).isPresent();
  }

  /**
   * The media type of a piece, as its first bytes tell where they are on the disk. Blocks on it.
   */
  public Optional<String> readContentType(PieceCid piece) throws IOException {
    Optional<CachedFile> whole = disk.get(piece);
    if (whole.isPresent()) {
      whole.get().findContentType();
    } else if (disk.groups(piece).isPresent()) {
      SparseFile some = disk.groups(piece).get();
      some.enter();
      try {
        some.findContentType();
      } finally {
        some.leave();
      }
    }
    return contentType(piece);
  }

  /** The SHA-256 of a piece that is on the disk, where it is known. */
  public Optional<ReprDigest> digest(PieceCid piece) {
    return disk.get(piece).flatMap(CachedFile::digest);
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
   * @param ranges what will be read, in this order
   */
  public Opened open(PieceCid piece, FillContext context, ByteRanges ranges) {
    Optional<Opened> cached = onDisk(piece).or(() -> groupsOnDisk(piece, ranges));
    if (cached.isPresent()) {
      return cached.get();
    }
    Optional<Opened> byGroups = openByGroups(piece, context, ranges);
    if (byGroups.isPresent()) {
      return byGroups.get();
    }
    FillKey key = FillKey.of(piece, context.origins());
    if (!disk.takes(piece) && !fills.containsKey(key)) {
      return passThrough(piece, context, ranges);
    }
    AtomicReference<@Nullable Fill> begun = new AtomicReference<>();
    Fill fill = fills.computeIfAbsent(key, cold -> newFill(cold, context, begun));
    if (fill == null) {
      return onDisk(piece).orElseGet(() -> passThrough(piece, context, ranges));
    }
    if (fill == begun.get()) {
      return lead(fill);
    }
    Optional<Opened> joined = join(fill, context);
    if (joined.isEmpty()) {
      // it has just ended: with the piece on the disk, or it failed and ours is another
      fills.remove(key, fill);
      return open(piece, context, ranges);
    }
    return joined.get();
  }

  private static Opened lead(Fill fill) {
    PieceBytes bytes = fill.open().orElseThrow();
    fill.start();
    return opened(fill, bytes, CacheOutcome.MISS);
  }

  /** Opens ranges of a piece whose tree is known; none where only all of it can be fetched. */
  private Optional<Opened> openByGroups(PieceCid piece, FillContext context, ByteRanges ranges) {
    Optional<PieceTree> tree = groupsAlone(piece, ranges);
    Optional<SparseFile> file = tree.flatMap(known -> disk.placeForGroups(piece));
    if (file.isEmpty()) {
      return Optional.empty();
    }
    boolean claimed = ranges.all().stream().allMatch(range -> file.get().missing(range).isEmpty());
    CacheOutcome outcome = claimed ? CacheOutcome.COLLAPSED : CacheOutcome.MISS;
    try {
      PieceBytes bytes =
          SeveralReaders.open(
              file.get(), ranges, range -> openByGroups(file.get(), tree.get(), context, range));
      return Optional.of(new Opened(bytes, outcome, true, Optional.empty()));
    } catch (NoSuchFileException e) {
      // it was evicted just now, and the next is another; or it is becoming the piece's
      boolean same = disk.groups(piece).filter(file.get()::equals).isPresent();
      return Optional.of(same ? passThrough(piece, context, ranges) : open(piece, context, ranges));
    } catch (IOException e) {
      disk.failed(e);
      return Optional.of(passThrough(piece, context, ranges));
    }
  }

  private SparseReader openByGroups(
      SparseFile file, PieceTree tree, FillContext context, ByteRange range) throws IOException {
    while (true) {
      GroupFill fill =
          groupFills.computeIfAbsent(
              file.piece(),
              piece ->
                  new GroupFill(
                      new GroupTarget(tools, disk, file, tree, readAhead),
                      ended -> groupFills.remove(piece, ended)));
      Optional<SparseReader> opened = fill.open(context, range);
      if (opened.isPresent()) {
        return opened.get();
      }
      groupFills.remove(file.piece(), fill);
    }
  }

  /** A piece's bytes, where all of a range is here; nothing is fetched. */
  public Optional<PieceBytes> openCached(PieceCid piece, ByteRange range) {
    return onDisk(piece).or(() -> groupsOnDisk(piece, ByteRanges.of(range))).map(Opened::bytes);
  }

  /** The tree of a piece, where it lies in memory, or its name tells it. Never blocks. */
  public Optional<PieceTree> treeAtHand(PieceCid piece) {
    return PieceTree.ofName(piece).or(() -> tools.trees().atHand(piece));
  }

  /** Opens a piece for one reader alone, past the disk. */
  private Opened passThrough(PieceCid piece, FillContext context, ByteRanges ranges) {
    PassThrough begun = new PassThrough(tools, piece, context, ranges, passing::remove);
    passing.add(begun);
    begun.start();
    return new Opened(begun, CacheOutcome.MISS, false, Optional.of(begun.unverified()));
  }

  /**
   * Opens a piece once more whose bytes turned out to be unreadable midway: as for any other
   * request, so that a piece that was purged meanwhile is not fetched twice at once.
   *
   * @param bytes that cannot be read
   * @param ranges what is left to be read
   */
  public Opened reopen(
      PieceCid piece, PieceBytes bytes, Throwable failure, FillContext context, ByteRanges ranges) {
    // a file that was evicted before it was opened is no fault of the disk's
    if (!(failure instanceof NoSuchFileException)) {
      disk.failed(failure);
    }
    CachedFile.readBy(bytes).ifPresent(disk::forget);
    return open(piece, context, ranges);
  }

  /**
   * Drops a piece: it is not kept, whatever becomes of a fill under way. Responses under way go on.
   *
   * @return whether there was anything to drop
   */
  public boolean purge(PieceCid piece) {
    List<Fill> filling = fillsOf(piece);
    filling.forEach(Fill::forget);
    boolean cached = disk.get(piece).isPresent() || disk.groups(piece).isPresent();
    disk.forget(piece);
    return cached || !filling.isEmpty();
  }

  /**
   * Drops the pieces that are not to be kept.
   *
   * @return how many
   */
  public long purgeIf(Predicate<PieceCid> unwanted) {
    return Stream.concat(disk.pieces().stream(), fills.keySet().stream().map(FillKey::piece))
        .distinct()
        .filter(unwanted)
        .filter(this::purge)
        .count();
  }

  private @Nullable Fill newFill(
      FillKey key, FillContext context, AtomicReference<@Nullable Fill> begun) {
    PieceCid piece = key.piece;
    // a fill that ended just now has put the piece on the disk before it left the map
    if (disk.get(piece).isPresent()) {
      return null;
    }
    try {
      begun.set(
          new Fill(tools, piece, context, disk, abandoned, ended -> fills.remove(key, ended)));
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

  private Optional<Opened> groupsOnDisk(PieceCid piece, ByteRanges ranges) {
    Optional<SparseFile> file = disk.groups(piece).filter(groups -> groups.holds(ranges));
    try {
      Optional<PieceBytes> bytes = file.isEmpty() ? Optional.empty() : file.get().read(ranges);
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
