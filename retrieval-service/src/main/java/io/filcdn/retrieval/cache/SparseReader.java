package io.filcdn.retrieval.cache;

import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.refusal.Problem;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A reader of a range of a {@link SparseFile}: of groups that are here, or are being fetched. All
 * that it gives is verified.
 */
final class SparseReader implements PieceBytes {

  private final SparseFile file;
  private final ByteRange range;
  private final Runnable changed;
  private final int losses;
  private final MemoryTier.Reads reads;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean failed;
  private volatile Optional<Problem> problem = Optional.empty();
  private volatile @Nullable ProviderId supplier;

  /** The group that it reads. */
  private volatile int group;

  /** True where it reads, or soon will. */
  private volatile boolean begun;

  /**
   * @param file which its user has entered; left when the reader is closed
   * @param changed called when it begins, when it reads another group, and when it is closed
   */
  SparseReader(SparseFile file, ByteRange range, Runnable changed) {
    this.file = file;
    this.range = range;
    this.changed = changed;
    this.losses = file.losses();
    this.reads = file.memory().reads(file.piece());
    this.group = file.groupAt(range.start());
  }

  SparseFile file() {
    return file;
  }

  ByteRange range() {
    return range;
  }

  /** The group that it reads; at first, that of the range's first byte. */
  int group() {
    return group;
  }

  /** The number of groups from the one that it reads to its last one. */
  int groupsLeft() {
    return file.groupAt(range.end() - 1) + 1 - group;
  }

  /** Has groups fetched for it from now on; before, it only claims them. */
  void begin() {
    if (!begun) {
      begun = true;
      changed.run();
    }
  }

  boolean hasBegun() {
    return begun;
  }

  boolean isClosed() {
    return closed.get();
  }

  /** Ends the wait: the rest of the range will not come. The file has to tell of it. */
  void fail(Optional<Problem> why) {
    problem = why;
    failed = true;
  }

  /** Tells who supplied a group of the range. */
  void suppliedBy(ProviderId provider) {
    if (supplier == null) {
      supplier = provider;
    }
  }

  @Override
  public State state() {
    long end = file.readableFrom(range.start());
    boolean lost = file.losses() != losses;
    if (end >= range.end() && !lost) {
      return State.VERIFIED;
    }
    if (failed || lost) {
      return State.FAILED;
    }
    return end > range.start() ? State.ARRIVING : State.AWAITED;
  }

  @Override
  public Optional<Problem> problem() {
    return problem;
  }

  @Override
  public Optional<ProviderId> supplier() {
    return Optional.ofNullable(supplier);
  }

  @Override
  public Optional<String> contentType() {
    return file.contentType();
  }

  @Override
  public long readable() {
    return file.readableFrom(range.start());
  }

  @Override
  public boolean isVerifiedAsItComes() {
    return true;
  }

  @Override
  public @Nullable ByteBuf resident(long position) {
    ByteBuf here = file.memory().get(file.piece(), position);
    if (here != null) {
      reads(file.groupAt(position));
    }
    return here;
  }

  @Override
  public ByteBuf read(long position, int most) throws IOException {
    file.findContentType();
    Optional<ByteBuf> block = reads.want(position) ? file.load(position) : Optional.empty();
    if (block.isEmpty()) {
      return PieceBytes.super.read(position, most);
    }
    reads(file.groupAt(position));
    return block.get();
  }

  @Override
  public int read(ByteBuffer to, long position) throws IOException {
    file.findContentType();
    int read = file.read(to, position);
    reads(file.groupAt(position + read - 1));
    return read;
  }

  private void reads(int now) {
    if (group != now) {
      group = now;
      changed.run();
    }
  }

  @Override
  public void subscribe(Runnable listener) {
    file.subscribe(listener);
  }

  @Override
  public void unsubscribe(Runnable listener) {
    file.unsubscribe(listener);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      file.leave();
      changed.run();
    }
  }
}
