package io.filcdn.retrieval;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import java.util.Random;

/** Bytes, and the PieceCID that names them. */
record TestPiece(byte[] bytes, PieceCid cid) {

  static TestPiece random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return of(bytes);
  }

  static TestPiece of(byte[] bytes) {
    CommPHasher hasher = new CommPHasher();
    hasher.update(bytes, 0, bytes.length);
    return new TestPiece(bytes, hasher.finish());
  }
}
