package io.filcdn.bench.retrieval;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.PieceTreeHasher;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.ObjIntConsumer;

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

  /** The tree of one of these pieces. */
  static PieceTree tree(PieceCid piece) {
    PieceTreeHasher hasher = new PieceTreeHasher(piece);
    each(piece.rawSize(), (bytes, length) -> hasher.update(ByteBuffer.wrap(bytes, 0, length)));
    hasher.finish();
    return hasher.tree();
  }

  /** The piece of that size, which no provider has yet. */
  static PieceCid hash(long size) {
    CommPHasher hasher = new CommPHasher();
    each(size, (bytes, length) -> hasher.update(bytes, 0, length));
    return hasher.finish();
  }

  private static void each(long size, ObjIntConsumer<byte[]> step) {
    RandomBytes bytes = new RandomBytes(size, size);
    byte[] buffer = new byte[STEP];
    for (int read = bytes.read(buffer, 0, STEP); read > 0; read = bytes.read(buffer, 0, STEP)) {
      step.accept(buffer, read);
    }
  }
}
