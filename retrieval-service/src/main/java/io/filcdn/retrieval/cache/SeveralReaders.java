package io.filcdn.retrieval.cache;

import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.refusal.Problem;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Readers of several ranges of a {@link SparseFile}, read one after the other. For those that come
 * soon groups are fetched, as for the one that is read: all of them together are one reader, and
 * have no more fetched ahead of it than one.
 */
final class SeveralReaders implements PieceBytes {

  /** The groups that may lie between what is read and a range for which some are fetched. */
  private static final int SOON = 8;

  private final List<SparseReader> readers;

  private SeveralReaders(List<SparseReader> readers) {
    this.readers = readers;
  }

  /** A way to open a reader of one range. */
  interface Opener {
    SparseReader open(ByteRange range) throws IOException;
  }

  /**
   * Opens a reader of some ranges of a file. Those in the same group are read by one.
   *
   * @throws IOException where one of them cannot be opened; none is open then
   */
  static PieceBytes open(SparseFile file, ByteRanges ranges, Opener opener) throws IOException {
    List<ByteRange> apart = byGroups(file, ranges);
    if (apart.size() == 1) {
      SparseReader one = opener.open(apart.getFirst());
      one.begin();
      return one;
    }
    List<SparseReader> readers = new ArrayList<>();
    SeveralReaders all = new SeveralReaders(readers);
    try {
      for (ByteRange range : apart) {
        readers.add(opener.open(range));
      }
    } catch (IOException e) {
      all.close();
      throw e;
    }
    all.begin(0);
    return all;
  }

  private static List<ByteRange> byGroups(SparseFile file, ByteRanges ranges) {
    List<ByteRange> apart = new ArrayList<>();
    for (ByteRange range : ranges.all()) {
      if (apart.isEmpty()
          || file.groupAt(apart.getLast().end() - 1) < file.groupAt(range.start())) {
        apart.add(range);
      } else {
        apart.add(new ByteRange(apart.removeLast().start(), range.end()));
      }
    }
    return apart;
  }

  /** Begins with a reader, and those that come soon behind what is left of it. */
  private void begin(int at) {
    int between = 0;
    for (int i = at; i < readers.size() && between <= SOON; i++) {
      readers.get(i).begin();
      between += readers.get(i).groupsLeft();
    }
  }

  /** The reader of a position, which lies in its range. */
  private SparseReader readerOf(long position) {
    int at = readers.size() - 1;
    while (at > 0 && readers.get(at).range().start() > position) {
      at--;
    }
    begin(at);
    return readers.get(at);
  }

  /** The file that they read. */
  SparseFile file() {
    return readers.getFirst().file();
  }

  @Override
  public State state() {
    boolean verified = true;
    for (SparseReader reader : readers) {
      State state = reader.state();
      if (state == State.FAILED) {
        return state;
      }
      verified &= state == State.VERIFIED;
    }
    if (verified) {
      return State.VERIFIED;
    }
    return readers.getFirst().state() == State.AWAITED ? State.AWAITED : State.ARRIVING;
  }

  @Override
  public Optional<Problem> problem() {
    return readers.stream().flatMap(reader -> reader.problem().stream()).findFirst();
  }

  @Override
  public Optional<ProviderId> supplier() {
    return readers.stream().flatMap(reader -> reader.supplier().stream()).findFirst();
  }

  @Override
  public Optional<String> contentType() {
    return readers.getFirst().contentType();
  }

  @Override
  public long readable() {
    return readers.getFirst().readable();
  }

  @Override
  public long readableFrom(long position) {
    return file().readableFrom(position);
  }

  @Override
  public boolean isVerifiedAsItComes() {
    return true;
  }

  @Override
  public @Nullable ByteBuf resident(long position) {
    return readerOf(position).resident(position);
  }

  @Override
  public ByteBuf read(long position, int most) throws IOException {
    return readerOf(position).read(position, most);
  }

  @Override
  public int read(ByteBuffer to, long position) throws IOException {
    return readerOf(position).read(to, position);
  }

  @Override
  public void subscribe(Runnable listener) {
    readers.getFirst().subscribe(listener);
  }

  @Override
  public void unsubscribe(Runnable listener) {
    readers.getFirst().unsubscribe(listener);
  }

  @Override
  public void close() {
    readers.forEach(SparseReader::close);
  }
}
