package io.filcdn.bench.retrieval;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;

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
    CommPHasher hasher = new CommPHasher();
    RandomBytes bytes = new RandomBytes(size, size);
    byte[] step = new byte[STEP];
    for (int read = bytes.read(step, 0, STEP); read > 0; read = bytes.read(step, 0, STEP)) {
      hasher.update(step, 0, read);
    }
    PieceCid piece = hasher.finish();
    origin.add(piece);
    edge.place(piece);
    return piece;
  }
}
