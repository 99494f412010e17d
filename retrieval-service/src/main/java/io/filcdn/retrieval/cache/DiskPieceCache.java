package io.filcdn.retrieval.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ReprDigest;
import io.filcdn.retrieval.media.ContentType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jboss.logging.Logger;

/**
 * Verified pieces on disk, one file each, named by its PieceCID: {@code pieces/xx/{pieceCid}} with
 * the CID's last two letters as folder. What is in the directory is what is cached: a file comes
 * there whole and synced, by a rename. Pieces of which only some groups are here lie in {@code
 * sparse/}, each with its bitmap. Files of fills under way lie in {@code fills/} and are of no use
 * after a crash. W-TinyLFU (Caffeine) decides what goes when the disk's share is full; an evicted
 * file is deleted by a thread of its own, and whoever reads it reads on.
 */
public final class DiskPieceCache {

  private static final Logger LOG = Logger.getLogger(DiskPieceCache.class);

  private static final Duration LEFT_ALONE = Duration.ofSeconds(10);

  /** The number of bytes that are written to see whether the disk takes some. */
  private static final int PROBE = 1 << 20;

  /** A request for a part of a piece that does not fit takes one of so many shares of the disk. */
  private static final long SHARES = 8;

  /** The cost of a file beside its bytes, so that empty pieces are not free. */
  private static final long FILE_OVERHEAD = 4 << 10;

  private final Path pieces;
  private final Path fills;
  private final Path sparse;
  private final long maxBytes;
  private final MemoryTier memory;
  private final LongSupplier nanoTime;
  private final Cache<PieceCid, Stored> index;

  /** Held where a file gets a piece's name, or loses it: both can be under way at once. */
  private final Object names = new Object();

  /** Files with groups that a crash would lose. */
  private final Set<SparseFile> unsynced = ConcurrentHashMap.newKeySet();

  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong fillNumbers = new AtomicLong();

  /** Until when nothing is tried, where the disk refused something. */
  private volatile OptionalLong leftAloneUntil = OptionalLong.empty();

  private volatile Optional<String> trouble = Optional.empty();

  /** True where what lies on the disk is known; nothing is stored before. */
  private volatile boolean found;

  private DiskPieceCache(
      Path folder, long maxBytes, MemoryTier memory, Executor deleter, LongSupplier nanoTime) {
    this.maxBytes = maxBytes;
    this.memory = memory;
    this.nanoTime = nanoTime;
    this.pieces = folder.resolve("pieces");
    this.fills = folder.resolve("fills");
    this.sparse = folder.resolve("sparse");
    this.index =
        DiskPieceCache.<PieceCid, Stored>policy(maxBytes, Stored::bytes)
            .executor(deleter)
            .removalListener(this::removed)
            .build();
  }

  /**
   * The policy of what stays on a disk: W-TinyLFU, by the blocks that files take.
   *
   * @param maxBytes the disk's share
   * @param bytes of a file
   */
  public static <K, V> Caffeine<K, V> policy(long maxBytes, ToLongFunction<V> bytes) {
    return Caffeine.newBuilder()
        .maximumWeight(maxBytes / FILE_OVERHEAD)
        .weigher((K key, V file) -> weight(bytes.applyAsLong(file)));
  }

  /**
   * Opens the cache in {@code folder}: what an earlier run verified is there again, what it left
   * unfinished is deleted. Where the folder cannot be used, nothing is stored until it can.
   *
   * @param maxBytes the disk's share
   * @param memory what is in front of it
   * @param deleter where files are chosen and deleted; one at a time
   * @param nanoTime a clock for measuring
   */
  public static DiskPieceCache open(
      Path folder, long maxBytes, MemoryTier memory, Executor deleter, LongSupplier nanoTime) {
    DiskPieceCache cache = new DiskPieceCache(folder, maxBytes, memory, deleter, nanoTime);
    Thread.startVirtualThread(ContentType::prepare);
    cache.find();
    return cache;
  }

  private void find() {
    try {
      Files.createDirectories(pieces);
      Files.createDirectories(fills);
      Files.createDirectories(sparse);
      deleteUnfinished();
      findPieces();
      findGroups();
      found = true;
    } catch (IOException | UncheckedIOException e) {
      failed(e);
    }
  }

  /**
   * Looks whether a disk that failed can be used again: what it has is found, and a file is
   * written. Blocks on the disk.
   */
  public void tend() {
    if (trouble.isEmpty() || isLeftAlone()) {
      return;
    }
    if (!found) {
      find();
    }
    if (found) {
      probe();
    }
  }

  private void probe() {
    try {
      FillFile file = beginFill();
      try (FileChannel channel = file.channel()) {
        channel.write(ByteBuffer.allocate(PROBE));
        channel.force(true);
      } finally {
        Files.deleteIfExists(file.path());
      }
      trouble = Optional.empty();
      LOG.info("the cache's disk can be used again");
    } catch (IOException e) {
      failed(e);
    }
  }

  /** The piece, where it is cached. */
  public Optional<CachedFile> get(PieceCid piece) {
    return index.getIfPresent(piece) instanceof CachedFile file
        ? Optional.of(file)
        : Optional.empty();
  }

  /** The groups of the piece that are cached, where not all of it is. */
  Optional<SparseFile> groups(PieceCid piece) {
    return index.getIfPresent(piece) instanceof SparseFile file
        ? Optional.of(file)
        : Optional.empty();
  }

  /** A place for groups of the piece; none where all of it is cached. */
  Optional<SparseFile> placeForGroups(PieceCid piece) {
    Stored stored =
        index.get(piece, absent -> SparseFile.empty(absent, sparsePath(absent), memory));
    return stored instanceof SparseFile file ? Optional.of(file) : Optional.empty();
  }

  /** Unlike all names that were given, so that deleting an evicted file takes no newer one. */
  private Path sparsePath(PieceCid piece) {
    String name = piece.toString();
    return sparse
        .resolve(name.substring(name.length() - 2))
        .resolve(name + "." + UUID.randomUUID());
  }

  /** A group more is verified: it is synced some time soon. */
  void verified(SparseFile file) {
    unsynced.add(file);
  }

  /** Bytes of a group more are written: weighs the file anew. */
  void grew(SparseFile file) {
    index.asMap().computeIfPresent(file.piece(), (piece, stored) -> stored);
  }

  /** Makes the groups that are here outlive a crash. Blocks on the disk. */
  public void sync() {
    // a group that comes meanwhile puts its file there again
    List<SparseFile> files = List.copyOf(unsynced);
    files.forEach(unsynced::remove);
    files.stream().filter(file -> index.getIfPresent(file.piece()) == file).forEach(this::sync);
  }

  private void sync(SparseFile file) {
    try {
      file.enter();
      try {
        file.sync();
      } finally {
        file.leave();
      }
    } catch (NoSuchFileException e) {
      LOG.debugf("%s was evicted, or is a whole piece's by now", file.piece());
    } catch (IOException e) {
      unsynced.add(file);
      failed(e);
    }
  }

  /** Makes the file of a piece whose groups are all here the piece's. Blocks on the disk. */
  void keep(SparseFile file) throws IOException {
    PieceCid piece = file.piece();
    if (index.getIfPresent(piece) != file) {
      return;
    }
    try {
      file.enter();
      try {
        file.force();
        name(file);
      } finally {
        file.leave();
      }
    } catch (IOException e) {
      forget(file);
      throw e;
    }
  }

  private void name(SparseFile file) throws IOException {
    PieceCid piece = file.piece();
    CachedFile whole =
        new CachedFile(piece, pieces, memory, file.contentType().orElse(null), Optional.empty());
    synchronized (names) {
      if (look(piece).filter(file::equals).isEmpty()) {
        // it was evicted or purged, and may be deleted by now
        return;
      }
      file.moveTo(whole.path());
      // what is left of the sparse file goes as it is replaced
      if (!index.asMap().replace(piece, file, whole)) {
        // it was evicted or purged meanwhile
        Files.deleteIfExists(whole.path());
      }
    }
  }

  /** The number of pieces that are cached. */
  public long size() {
    return index.estimatedSize();
  }

  /** The bytes of the disk that they take, by blocks of 4 KiB. */
  public long usedBytes() {
    return index.policy().eviction().orElseThrow().weightedSize().orElseThrow() * FILE_OVERHEAD;
  }

  /** The disk's share. */
  public long maxBytes() {
    return maxBytes;
  }

  /** True where a piece can be stored: it fits, and the disk has not refused anything just now. */
  boolean takes(PieceCid piece) {
    return piece.rawSize() <= maxBytes && takesAny();
  }

  /**
   * True where so many bytes of a piece's groups can be stored. Of a piece that does not fit, they
   * are not to take the place of most others.
   */
  boolean takesGroups(PieceCid piece, long bytes) {
    return takesAny() && (piece.rawSize() <= maxBytes || bytes <= maxBytes / SHARES);
  }

  private boolean takesAny() {
    return found && !isLeftAlone();
  }

  private boolean isLeftAlone() {
    OptionalLong until = leftAloneUntil;
    return until.isPresent() && nanoTime.getAsLong() - until.getAsLong() < 0;
  }

  /** The disk refused something; for a while nothing is stored. */
  void failed(Throwable failure) {
    failures.incrementAndGet();
    leftAloneUntil = OptionalLong.of(nanoTime.getAsLong() + LEFT_ALONE.toNanos());
    trouble = Optional.of(failure.toString());
    LOG.errorf(
        "the cache's disk fails: for %s pieces pass through unstored: %s", LEFT_ALONE, failure);
  }

  /** The trouble that the disk had last; empty once something was written since. */
  public Optional<String> trouble() {
    return trouble;
  }

  /** The number of times that the disk refused something. */
  public long failures() {
    return failures.get();
  }

  /** A new file for a fill. */
  FillFile beginFill() throws IOException {
    Path path = fills.resolve(Long.toString(fillNumbers.incrementAndGet()));
    return new FillFile(
        path,
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  /** Makes a verified fill's file the piece's, so that it outlives a crash. Blocks on the disk. */
  void keep(PieceCid piece, FillFile file, String contentType, Optional<ReprDigest> digest)
      throws IOException {
    digest.ifPresent(found -> DigestAttribute.write(file.path(), found));
    file.channel().force(true);
    Path path = CachedFile.in(pieces, piece);
    Files.createDirectories(path.getParent());
    synchronized (names) {
      Files.move(file.path(), path, StandardCopyOption.ATOMIC_MOVE);
      index.put(piece, new CachedFile(piece, pieces, memory, contentType, digest));
    }
    trouble = Optional.empty();
  }

  /** Forgets a piece. */
  void forget(PieceCid piece) {
    index.invalidate(piece);
  }

  /** Forgets a file that turned out to be unreadable; not the one that has come in its stead. */
  void forget(Stored stored) {
    index.asMap().remove(stored.piece(), stored);
  }

  /**
   * Forgets a piece whose file has changed, also where that was named anew meanwhile: no reader of
   * it puts any of it into memory from here on.
   */
  void drop(Stored changed) {
    changed.distrust();
    synchronized (names) {
      look(changed.piece())
          .ifPresent(
              stored -> {
                stored.distrust();
                forget(stored);
              });
    }
  }

  /** The file of a piece, whole or in groups; looking is no use of it. */
  Optional<Stored> look(PieceCid piece) {
    return Optional.ofNullable(index.policy().getIfPresentQuietly(piece));
  }

  /** The pieces that are cached now. */
  Set<PieceCid> pieces() {
    return Set.copyOf(index.asMap().keySet());
  }

  /** Evicts what is over the disk's share now rather than with the next change. */
  void cleanUp() {
    index.cleanUp();
  }

  private void removed(
      @org.jspecify.annotations.Nullable PieceCid piece,
      @org.jspecify.annotations.Nullable Stored stored,
      RemovalCause cause) {
    boolean replaced = cause == RemovalCause.REPLACED;
    // the file of a piece has the same name as the one before
    if (stored == null || replaced && stored instanceof CachedFile) {
      return;
    }
    if (!replaced) {
      memory.forget(stored.piece());
    }
    try {
      synchronized (names) {
        // it may have come again meanwhile, by the same name
        if (!(stored instanceof CachedFile && isWhole(stored.piece()))) {
          stored.delete();
        }
      }
    } catch (IOException e) {
      LOG.warnf("the evicted piece %s cannot be deleted: %s", stored.piece(), e);
    }
  }

  private boolean isWhole(PieceCid piece) {
    return look(piece).filter(CachedFile.class::isInstance).isPresent();
  }

  private void deleteUnfinished() throws IOException {
    try (var left = Files.newDirectoryStream(fills)) {
      for (Path path : left) {
        Files.delete(path);
      }
    }
  }

  private void findPieces() throws IOException {
    try (var found = Files.find(pieces, 2, (path, attributes) -> attributes.isRegularFile())) {
      for (Path path : (Iterable<Path>) found::iterator) {
        findPiece(path);
      }
    }
  }

  private void findPiece(Path path) throws IOException {
    PieceCid piece;
    try {
      piece = PieceCid.parse(path.getFileName().toString());
    } catch (IllegalArgumentException e) {
      LOG.warnf("%s is no piece and is left alone", path);
      return;
    }
    if (Files.size(path) == piece.rawSize() && path.equals(CachedFile.in(pieces, piece))) {
      index.put(piece, new CachedFile(piece, pieces, memory, null, Optional.empty()));
    } else {
      LOG.warnf("%s is not what its name says and is deleted", path);
      Files.delete(path);
    }
  }

  /** The pieces of which groups are here. What no bitmap belongs to is of no use. */
  private void findGroups() throws IOException {
    try (var found = Files.find(sparse, 2, (path, attributes) -> attributes.isRegularFile())) {
      for (Path path : (Iterable<Path>) found::iterator) {
        String name = path.toString();
        if (!name.endsWith(SparseFile.BITMAP)) {
          findGroups(path);
        } else if (!Files.exists(
            Path.of(name.substring(0, name.length() - SparseFile.BITMAP.length())))) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  private void findGroups(Path path) throws IOException {
    String name = path.getFileName().toString();
    try {
      PieceCid piece = PieceCid.parse(name.substring(0, Math.max(0, name.indexOf('.'))));
      SparseFile file = SparseFile.found(piece, path, memory);
      Stored there = index.asMap().putIfAbsent(piece, file);
      if (there == null || there instanceof SparseFile known && known.path().equals(path)) {
        return;
      }
    } catch (IllegalArgumentException | IOException e) {
      LOG.infof("%s is left of a crash and is deleted: %s", path, e.getMessage());
    }
    Files.deleteIfExists(path.resolveSibling(name + SparseFile.BITMAP));
    Files.deleteIfExists(path);
  }

  private static int weight(long bytes) {
    return Math.toIntExact(Math.ceilDiv(bytes + FILE_OVERHEAD, FILE_OVERHEAD));
  }

  /** The file of a fill under way. */
  record FillFile(Path path, FileChannel channel) {}
}
