package io.filcdn.retrieval;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTreeHasher;
import java.nio.ByteBuffer;
import java.util.Random;

/** Bytes, and the PieceCID that names them. */
record TestPiece(byte[] bytes, PieceCid cid) {

  static TestPiece random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return of(bytes);
  }

  /** Its tree in binary form. */
  byte[] tree() {
    PieceTreeHasher hasher = new PieceTreeHasher(cid);
    hasher.update(ByteBuffer.wrap(bytes));
    hasher.finish();
    return hasher.tree().bytes();
  }

  static TestPiece of(byte[] bytes) {
    CommPHasher hasher = new CommPHasher();
    hasher.update(bytes, 0, bytes.length);
    return new TestPiece(bytes, hasher.finish());
  }
}
