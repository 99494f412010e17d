package io.filcdn.bench.retrieval;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import java.util.List;

/** Pieces of random bytes that the provider has and the edge knows of. */
final class Pieces {

  private static final int STEP = 1 << 20;

  private final SlowOrigin origin;
  private final EdgeUnderTest edge;

  Pieces(SlowOrigin origin, EdgeUnderTest edge) {
    this.origin = origin;
    this.edge = edge;
  }

  /** The piece of that size; each size has one. */
  PieceCid ofSize(long size) {
    return ofSizes(List.of(size)).getFirst();
  }

  /** The same of many sizes at once, which takes less time. */
  List<PieceCid> ofSizes(List<Long> sizes) {
    List<PieceCid> pieces = sizes.stream().map(Pieces::hash).toList();
    pieces.forEach(origin::add);
    edge.place(pieces);
    return pieces;
  }

  private static PieceCid hash(long size) {
    CommPHasher hasher = new CommPHasher();
    RandomBytes bytes = new RandomBytes(size, size);
    byte[] step = new byte[STEP];
    for (int read = bytes.read(step, 0, STEP); read > 0; read = bytes.read(step, 0, STEP)) {
      hasher.update(step, 0, read);
    }
    return hasher.finish();
  }
}
