package io.filcdn.retrieval.cache;

import io.filcdn.common.payment.ProviderId;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.refusal.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Readers of several ranges of a {@link SparseFile}, read as one. */
final class SeveralReaders implements PieceBytes {

  private final List<SparseReader> readers;

  private SeveralReaders(List<SparseReader> readers) {
    this.readers = readers;
  }

  /** A way to open a reader of one range. */
  interface Opener {
    SparseReader open(ByteRange range) throws IOException;
  }

  /**
   * Opens a reader of some ranges.
   *
   * @throws IOException where one of them cannot be opened; none is open then
   */
  static PieceBytes open(ByteRanges ranges, Opener opener) throws IOException {
    if (ranges.isOne()) {
      return opener.open(ranges.first());
    }
    List<SparseReader> readers = new ArrayList<>();
    SeveralReaders all = new SeveralReaders(readers);
    try {
      for (ByteRange range : ranges.all()) {
        readers.add(opener.open(range));
      }
    } catch (IOException e) {
      all.close();
      throw e;
    }
    return all;
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
  public String contentType() {
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
  public int read(ByteBuffer to, long position) throws IOException {
    return readers.getFirst().read(to, position);
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
