package io.filcdn.retrieval.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Verified pieces on disk, one file each, named by its PieceCID: {@code pieces/xx/{pieceCid}} with
 * the CID's last two letters as folder. What is in the directory is what is cached: a file comes
 * there whole and synced, by a rename. Files of fills under way lie in {@code fills/} and are of no
 * use after a crash. W-TinyLFU (Caffeine) decides what goes when the disk's share is full; an
 * evicted file is deleted, and whoever reads it reads on.
 */
public final class DiskPieceCache {

  private static final Logger LOG = Logger.getLogger(DiskPieceCache.class);

  private static final Duration LEFT_ALONE = Duration.ofSeconds(10);

  /** The number of bytes that are written to see whether the disk takes some. */
  private static final int PROBE = 1 << 20;

  /** The cost of a file beside its bytes, so that empty pieces are not free. */
  private static final long FILE_OVERHEAD = 4 << 10;

  private final Path pieces;
  private final Path fills;
  private final long maxBytes;
  private final MemoryTier memory;
  private final LongSupplier nanoTime;
  private final Cache<PieceCid, CachedFile> index;
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
    this.index =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes / FILE_OVERHEAD)
            .weigher((PieceCid piece, CachedFile file) -> weight(piece))
            .executor(deleter)
            .removalListener(this::removed)
            .build();
  }

  /**
   * Opens the cache in {@code folder}: what an earlier run verified is there again, what it left
   * unfinished is deleted. Where the folder cannot be used, nothing is stored until it can.
   *
   * @param maxBytes the disk's share
   * @param memory what is in front of it
   * @param deleter where files are deleted
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
      deleteUnfinished();
      findPieces();
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
    return Optional.ofNullable(index.getIfPresent(piece));
  }

  /** The number of pieces that are cached. */
  public long size() {
    return index.estimatedSize();
  }

  /** True where a piece can be stored: it fits, and the disk has not refused anything just now. */
  boolean takes(PieceCid piece) {
    return found && piece.rawSize() <= maxBytes && !isLeftAlone();
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
  void keep(PieceCid piece, FillFile file, String contentType) throws IOException {
    file.channel().force(true);
    Path path = CachedFile.in(pieces, piece);
    Files.createDirectories(path.getParent());
    Files.move(file.path(), path, StandardCopyOption.ATOMIC_MOVE);
    index.put(piece, new CachedFile(piece, pieces, memory, contentType));
    trouble = Optional.empty();
  }

  /** Forgets a piece. */
  void forget(PieceCid piece) {
    index.invalidate(piece);
  }

  /** Forgets a file that turned out to be unreadable; not the one that has come in its stead. */
  void forget(CachedFile file) {
    index.asMap().remove(file.piece(), file);
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
      @org.jspecify.annotations.Nullable CachedFile file,
      RemovalCause cause) {
    if (file == null || cause == RemovalCause.REPLACED) {
      return;
    }
    memory.forget(file.piece());
    try {
      Files.deleteIfExists(file.path());
    } catch (IOException e) {
      LOG.warnf("the evicted file %s cannot be deleted: %s", file.path(), e);
    }
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
      index.put(piece, new CachedFile(piece, pieces, memory, null));
    } else {
      LOG.warnf("%s is not what its name says and is deleted", path);
      Files.delete(path);
    }
  }

  private static int weight(PieceCid piece) {
    return Math.toIntExact(Math.ceilDiv(piece.rawSize() + FILE_OVERHEAD, FILE_OVERHEAD));
  }

  /** The file of a fill under way. */
  record FillFile(Path path, FileChannel channel) {}
}
