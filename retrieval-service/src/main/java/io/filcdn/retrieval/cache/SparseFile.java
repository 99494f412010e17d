package io.filcdn.retrieval.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.media.ContentType;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A piece of which some groups are on disk: a file of the piece's size with holes, and beside it
 * the bitmap of the groups that are here. A group is in the bitmap once it is verified and written,
 * and in the bitmap's file once its bytes are synced, so that a crash loses groups and never leaves
 * a wrong one. Safe for use by several threads.
 */
final class SparseFile implements Stored {

  private static final Logger LOG = Logger.getLogger(SparseFile.class);

  /** The suffix by which the name of a bitmap's file differs from that of its piece's. */
  static final String BITMAP = ".groups";

  private final PieceCid piece;
  private final PieceGroups groups;
  private final Path path;
  private final MemoryTier memory;
  private final Object syncing = new Object();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  @GuardedBy("this")
  private final BitSet verified;

  /** Groups that bytes were written of, right or not: they take space. */
  @GuardedBy("this")
  private final BitSet written;

  /** True where the file has another name, or none. */
  @GuardedBy("this")
  private boolean gone;

  /** Groups that someone fetches, or has promised to. */
  @GuardedBy("this")
  private final BitSet claimed = new BitSet();

  @GuardedBy("this")
  private int users;

  /** The number of times that a group was lost. */
  @GuardedBy("this")
  private int losses;

  @GuardedBy("this")
  private @Nullable FileChannel channel;

  private volatile @Nullable String contentType;

  private SparseFile(PieceCid piece, Path path, MemoryTier memory, BitSet verified) {
    this.piece = piece;
    this.groups = PieceGroups.ofTree(piece);
    this.path = path;
    this.memory = memory;
    this.verified = verified;
    this.written = (BitSet) verified.clone();
  }

  /** A piece of which nothing is here. Makes no file yet. */
  static SparseFile empty(PieceCid piece, Path path, MemoryTier memory) {
    return new SparseFile(piece, path, memory, new BitSet());
  }

  /**
   * A piece that an earlier run left, with the groups that its bitmap tells of.
   *
   * @throws IOException where file and bitmap are not what one of them says
   */
  static SparseFile found(PieceCid piece, Path path, MemoryTier memory) throws IOException {
    BitSet verified = readBitmap(bitmapOf(path));
    PieceGroups groups = PieceGroups.ofTree(piece);
    if (verified.length() > groups.count()) {
      throw new IOException(
          "expected %d groups, found %d".formatted(groups.count(), verified.length()));
    }
    long end = verified.isEmpty() ? 0 : groups.to(verified.length() - 1);
    if (Files.size(path) < end) {
      throw new IOException("expected %d bytes, found %d".formatted(end, Files.size(path)));
    }
    return new SparseFile(piece, path, memory, verified);
  }

  private static Path bitmapOf(Path path) {
    return path.resolveSibling(path.getFileName() + BITMAP);
  }

  private static BitSet readBitmap(Path path) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
    if (bytes.remaining() < Integer.BYTES) {
      throw new IOException("expected a checksum, found " + bytes.remaining() + " bytes");
    }
    ByteBuffer bits = bytes.slice(0, bytes.remaining() - Integer.BYTES);
    int sum = bytes.getInt(bits.remaining());
    if (sum != checksum(bits.duplicate())) {
      throw new IOException("expected the checksum " + checksum(bits) + ", found " + sum);
    }
    return BitSet.valueOf(bits);
  }

  private static int checksum(ByteBuffer bits) {
    CRC32C sum = new CRC32C();
    sum.update(bits);
    return (int) sum.getValue();
  }

  @Override
  public PieceCid piece() {
    return piece;
  }

  Path path() {
    return path;
  }

  PieceGroups groups() {
    return groups;
  }

  /** The memory in front of it. */
  MemoryTier memory() {
    return memory;
  }

  /** The media type that its first bytes suggest, where they are here. */
  Optional<String> contentType() {
    return Optional.ofNullable(contentType);
  }

  /** The number of bytes that it takes on disk, at most. */
  @Override
  public synchronized long bytes() {
    return written.stream().mapToLong(group -> groups.to(group) - groups.from(group)).sum();
  }

  /** The group that holds a byte; there are at most 2048. */
  int groupAt(long position) {
    return Math.toIntExact(groups.group(position));
  }

  /** True where all of a range is here. */
  synchronized boolean holds(ByteRange range) {
    return readableFrom(range.start()) >= range.end();
  }

  /** True where all of some ranges is here. */
  synchronized boolean holds(ByteRanges ranges) {
    return ranges.all().stream().allMatch(this::holds);
  }

  /** True where all of the piece is here. */
  synchronized boolean isComplete() {
    return verified.cardinality() == groups.count();
  }

  /** The end of the bytes that are here from {@code position} on without a gap. */
  synchronized long readableFrom(long position) {
    int missing = verified.nextClearBit(groupAt(position));
    return missing == groups.count() ? piece.rawSize() : Math.max(position, groups.from(missing));
  }

  private BitSet groupsOf(ByteRange range) {
    BitSet all = new BitSet();
    all.set(groupAt(range.start()), groupAt(range.end() - 1) + 1);
    return all;
  }

  /** The groups that are here. */
  synchronized BitSet here() {
    return (BitSet) verified.clone();
  }

  /** The number of times that a group was lost: what read the file before has failed. */
  synchronized int losses() {
    return losses;
  }

  /** The groups of a range that are neither here nor claimed. */
  synchronized BitSet missing(ByteRange range) {
    BitSet missing = groupsOf(range);
    missing.andNot(verified);
    missing.andNot(claimed);
    return missing;
  }

  /** The number of bytes of the groups of some ranges that are not here. */
  synchronized long toFetch(ByteRanges ranges) {
    BitSet absent = new BitSet();
    ranges.all().forEach(range -> absent.or(groupsOf(range)));
    absent.andNot(verified);
    return absent.stream().mapToLong(group -> groups.to(group) - groups.from(group)).sum();
  }

  /** Claims the groups of a range that are neither here nor claimed: the caller fetches them. */
  synchronized BitSet claim(ByteRange range) {
    BitSet missing = missing(range);
    claimed.or(missing);
    return missing;
  }

  /** Leaves those out that are here. */
  synchronized void leaveOutHere(BitSet of) {
    of.andNot(verified);
  }

  /** Bytes of a group are about to be written. */
  synchronized void begins(int group) {
    written.set(group);
  }

  /** Nobody fetches these any more. */
  synchronized void unclaim(BitSet unfetched) {
    claimed.andNot(unfetched);
  }

  /**
   * A reader of ranges that are here; none where some of them is not.
   *
   * @throws IOException where the file cannot be opened
   */
  Optional<PieceBytes> read(ByteRanges ranges) throws IOException {
    PieceBytes reader =
        SeveralReaders.open(
            this,
            ranges,
            range -> {
              enter();
              return new SparseReader(this, range, () -> {});
            });
    // in this order: of what is lost from here on, the reader knows
    if (holds(ranges)) {
      return Optional.of(reader);
    }
    reader.close();
    return Optional.empty();
  }

  /**
   * Opens the file for one more user, who leaves it by {@link #leave}.
   *
   * @throws IOException where it cannot be opened
   */
  synchronized void enter() throws IOException {
    if (channel == null) {
      if (gone) {
        throw new NoSuchFileException(path.toString());
      }
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
    users++;
  }

  /** One user less; the last one closes the file. */
  synchronized void leave() {
    users--;
    FileChannel open = channel;
    if (users == 0 && open != null) {
      channel = null;
      try {
        open.close();
      } catch (IOException e) {
        LOG.warnf("%s cannot be closed: %s", path, e);
      }
    }
  }

  private synchronized FileChannel openToWrite(int group) throws IOException {
    if (isHere(group)) {
      throw new IOException("expected a group that is not here, found group " + group);
    }
    return open();
  }

  private synchronized FileChannel open() {
    return Objects.requireNonNull(channel, "nobody has entered");
  }

  /** Writes bytes that may be wrong: only {@link #verified} tells. Blocks on the disk. */
  void write(ByteBuffer bytes, long position) throws IOException {
    FileChannel to = openToWrite(groupAt(position));
    long at = position;
    while (bytes.hasRemaining()) {
      at += to.write(bytes, at);
    }
  }

  /** The group's bytes are written, and right. Blocks on the disk. */
  void verified(int group) throws IOException {
    if (group == 0) {
      look();
    }
    synchronized (this) {
      verified.set(group);
      claimed.clear(group);
    }
    tell();
  }

  /** Learns from the first group, which is here, what the piece is. Blocks on the disk. */
  private void look() throws IOException {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(ContentType.SNIFFED, piece.rawSize()));
    while (head.hasRemaining()) {
      read(head, head.position());
    }
    contentType = ContentType.of(head.array());
  }

  /** Reads from a group that is here. Blocks on the disk. */
  int read(ByteBuffer to, long position) throws IOException {
    int read = open().read(to, position);
    if (read < 0) {
      throw new IOException(
          "expected %d bytes in %s, found the end at %d"
              .formatted(piece.rawSize(), path, position));
    }
    return read;
  }

  /**
   * Reads the block of the memory tier that holds a position, and keeps it there; none where not
   * all of it is here. Blocks on the disk.
   */
  Optional<ByteBuf> load(long position) throws IOException {
    long start = position - position % MemoryTier.BLOCK;
    int before = losses();
    boolean here = readableFrom(start) >= Math.min(start + MemoryTier.BLOCK, piece.rawSize());
    return here
        ? Optional.of(memory.load(piece, open(), position, () -> isTrusted(before)))
        : Optional.empty();
  }

  /** True where nothing was lost since; of what has another name by now, another tells. */
  private synchronized boolean isTrusted(int before) {
    return losses == before && !gone;
  }

  @Override
  public void distrust() {
    synchronized (this) {
      losses++;
    }
    memory.forget(piece);
  }

  /**
   * Forgets a group whose bytes the disk has changed. Nobody fetches it again before a crash would
   * forget it too; what has read the file so far fails. Blocks on the disk.
   *
   * @return false where all of the piece is here, which is to be forgotten then
   */
  boolean lose(int group) throws IOException {
    synchronized (this) {
      if (isComplete()) {
        return false;
      }
      verified.clear(group);
      claimed.set(group);
    }
    try {
      sync();
    } finally {
      synchronized (this) {
        claimed.clear(group);
        losses++;
      }
      memory.forget(piece);
      tell();
    }
    return true;
  }

  /** The media type, which is looked for where the first bytes are here. Blocks on the disk. */
  void findContentType() throws IOException {
    if (contentType == null && isHere(0)) {
      look();
    }
  }

  private synchronized boolean isHere(int group) {
    return verified.get(group);
  }

  /** Makes the groups that are here outlive a crash. Blocks on the disk. */
  void sync() throws IOException {
    synchronized (syncing) {
      BitSet here = hereUnlessGone();
      open().force(false);
      writeBitmap(here);
    }
  }

  private synchronized BitSet hereUnlessGone() throws IOException {
    if (gone) {
      throw new NoSuchFileException(path.toString());
    }
    return here();
  }

  private void writeBitmap(BitSet synced) throws IOException {
    byte[] bits = synced.toByteArray();
    ByteBuffer bytes = ByteBuffer.allocate(bits.length + Integer.BYTES).put(bits);
    bytes.putInt(checksum(ByteBuffer.wrap(bits))).flip();
    Path bitmap = bitmapOf(path);
    Path written = bitmap.resolveSibling(bitmap.getFileName() + ".new");
    try (FileChannel to =
        FileChannel.open(
            written,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
      to.force(false);
    }
    Files.move(written, bitmap, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Makes all that was written outlive a crash. Blocks on the disk. */
  void force() throws IOException {
    open().force(true);
  }

  /**
   * Moves the file of a complete piece, of which all is synced, to its place among the pieces; of
   * no use from then on, even where that fails. Blocks on the disk.
   */
  void moveTo(Path whole) throws IOException {
    Files.createDirectories(Objects.requireNonNull(whole.getParent()));
    synchronized (this) {
      gone = true;
    }
    Files.move(path, whole, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete() throws IOException {
    synchronized (this) {
      gone = true;
    }
    // the bitmap first: a file without one is nothing to the next start
    Files.deleteIfExists(bitmapOf(path));
    Files.deleteIfExists(path);
  }

  void subscribe(Runnable listener) {
    listeners.add(listener);
  }

  void unsubscribe(Runnable listener) {
    listeners.remove(listener);
  }

  /** Has all who wait look again. */
  void tell() {
    listeners.forEach(Runnable::run);
  }
}
