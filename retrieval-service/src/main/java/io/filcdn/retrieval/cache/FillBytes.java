package io.filcdn.retrieval.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.bytes.ReprDigest;
import io.filcdn.retrieval.media.ContentType;
import io.filcdn.retrieval.media.FirstBytes;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.verify.PieceVerifier;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a fill: those that have arrived and are not written yet lie in memory, all others in
 * a file. One writer puts them at the file's end and through the verifier; any number of readers
 * follow, each anywhere in them, and none waits for the disk to get what has just arrived. The file
 * is closed when the fill is over and the last reader has gone.
 */
final class FillBytes {

  private static final Logger LOG = Logger.getLogger(FillBytes.class);

  private final PieceCid piece;
  private final DiskPieceCache.FillFile file;
  private final PieceVerifier verifier;
  private final Runnable unread;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** The bytes that have arrived and may not be written yet, by where they begin. */
  private final ConcurrentNavigableMap<Long, ByteBuf> unwritten = new ConcurrentSkipListMap<>();

  private final FirstBytes first;

  @GuardedBy("this")
  private int readers;

  @GuardedBy("this")
  private boolean ended;

  private volatile PieceBytes.State state = PieceBytes.State.AWAITED;
  private volatile Optional<Problem> problem = Optional.empty();
  private volatile Optional<ProviderId> supplier = Optional.empty();
  private volatile long arrived;
  private volatile long written;
  private volatile @Nullable String contentType;
  private volatile Optional<ReprDigest> digest = Optional.empty();

  /**
   * @param unread called whenever the last reader leaves before the end
   */
  FillBytes(PieceCid piece, DiskPieceCache.FillFile file, Runnable unread) {
    this.piece = piece;
    this.file = file;
    this.unread = unread;
    this.verifier = new PieceVerifier(piece);
    this.first = new FirstBytes(piece.rawSize());
  }

  /** Tells who supplied the first bytes. */
  void suppliedBy(ProviderId provider) {
    supplier = Optional.of(provider);
  }

  /**
   * Takes bytes that nobody will change or release; readers see them from now on. Whoever calls
   * this has them appended soon. One caller at a time.
   */
  void arrived(ByteBuf bytes) {
    long at = arrived;
    unwritten.put(at, bytes);
    arrived = at + bytes.readableBytes();
    if (state == PieceBytes.State.AWAITED) {
      first.add(bytes.nioBuffer()).ifPresent(this::begin);
    }
    if (state != PieceBytes.State.AWAITED) {
      tell();
    }
  }

  /** The type of the piece is known, so that readers may begin. */
  private void begin(String type) {
    contentType = type;
    state = PieceBytes.State.ARRIVING;
  }

  /** Appends bytes that arrived; blocks on the disk and hashes. One writer at a time. */
  void append(ByteBuf bytes) throws IOException {
    verifier.update(bytes.nioBuffer());
    long start = written;
    long at = start;
    for (ByteBuffer left = bytes.nioBuffer(); left.hasRemaining(); ) {
      at += file.channel().write(left, at);
    }
    written = at;
    unwritten.remove(start);
  }

  /** Ends the check of all bytes appended. */
  PieceVerifier.Verdict verdict() {
    PieceVerifier.Verdict verdict = verifier.finish();
    if (verdict instanceof PieceVerifier.Verdict.Right(PieceTree _, Optional<ReprDigest> found)) {
      digest = found;
    }
    return verdict;
  }

  /** All bytes are here and right. */
  void verified() {
    state = PieceBytes.State.VERIFIED;
    tell();
  }

  /** The media type of the piece, once all of it is here and right. */
  Optional<String> verifiedType() {
    return state == PieceBytes.State.VERIFIED ? Optional.of(contentType()) : Optional.empty();
  }

  /** Makes the file the piece's own. Blocks on the disk. */
  void keepIn(DiskPieceCache disk) throws IOException {
    disk.keep(piece, file, contentType(), digest);
  }

  /**
   * No more bytes come, and those that came are not to be trusted.
   *
   * @param why where readers that got nothing yet can be told
   */
  void failed(Optional<Problem> why) {
    problem = why;
    state = PieceBytes.State.FAILED;
    tell();
  }

  /** The fill is over: a file that was not kept goes, once nobody reads it any more. */
  void end() {
    try {
      Files.deleteIfExists(file.path());
    } catch (IOException e) {
      LOG.warnf("the file of a fill cannot be deleted: %s", e);
    }
    boolean unread;
    synchronized (this) {
      ended = true;
      unread = readers == 0;
    }
    if (unread) {
      closeFile();
    }
  }

  /**
   * Takes no more readers, if there are none now.
   *
   * @return whether there are none
   */
  synchronized boolean closeUnread() {
    ended |= readers == 0;
    return readers == 0;
  }

  /** True where anyone reads it now. */
  synchronized boolean isRead() {
    return readers > 0;
  }

  /** A reader more; none where the fill is over, and nobody keeps its file open. */
  synchronized Optional<PieceBytes> open() {
    if (ended && readers == 0) {
      return Optional.empty();
    }
    readers++;
    return Optional.of(new Reader());
  }

  private void leave() {
    boolean last;
    boolean over;
    synchronized (this) {
      readers--;
      last = readers == 0;
      over = ended;
    }
    if (last && over) {
      closeFile();
    } else if (last) {
      unread.run();
    }
  }

  private void closeFile() {
    try {
      file.channel().close();
    } catch (IOException e) {
      LOG.warnf("the file of a fill cannot be closed: %s", e);
    }
  }

  private String contentType() {
    return ContentType.orUnknown(contentType, piece.rawSize());
  }

  private void tell() {
    listeners.forEach(Runnable::run);
  }

  private final class Reader implements PieceBytes {

    private boolean closed;

    @Override
    public State state() {
      return state;
    }

    @Override
    public Optional<Problem> problem() {
      return problem;
    }

    @Override
    public Optional<ProviderId> supplier() {
      return supplier;
    }

    @Override
    public Optional<String> contentType() {
      return Optional.of(FillBytes.this.contentType());
    }

    @Override
    public Optional<ReprDigest> digest() {
      return digest;
    }

    @Override
    public long readable() {
      return arrived;
    }

    @Override
    public @Nullable ByteBuf resident(long position) {
      Map.Entry<Long, ByteBuf> part = unwritten.floorEntry(position);
      long offset = part == null ? 0 : position - part.getKey();
      return part == null || offset >= part.getValue().readableBytes()
          ? null
          : rest(part.getValue(), (int) offset);
    }

    private static ByteBuf rest(ByteBuf part, int offset) {
      return part.retainedSlice(part.readerIndex() + offset, part.readableBytes() - offset);
    }

    /** What is not in memory any more is in the file. */
    @Override
    public ByteBuf read(long position, int most) throws IOException {
      return PieceBytes.super.read(position, (int) Math.min(most, written - position));
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
      FileChannel channel = file.channel();
      int read = channel.read(to, position);
      if (read < 0) {
        throw new IOException(
            "expected %d bytes of a fill, found the end at %d".formatted(written, position));
      }
      return read;
    }

    @Override
    public void subscribe(Runnable listener) {
      listeners.add(listener);
    }

    @Override
    public void unsubscribe(Runnable listener) {
      listeners.remove(listener);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        leave();
      }
    }
  }
}
