package io.filcdn.common.proof;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/** Pieces for tests, and what is told of them. */
final class Pieces {

  private Pieces() {}

  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static PieceCid piece(byte[] raw) {
    return piece(raw, PieceCid.heightFor(raw.length));
  }

  static PieceCid piece(byte[] raw, int height) {
    CommPHasher hasher = new CommPHasher();
    hasher.update(raw, 0, raw.length);
    return hasher.finish(height);
  }

  static PieceTree tree(PieceCid piece, byte[] raw) {
    PieceTreeHasher hasher = new PieceTreeHasher(piece);
    hasher.update(ByteBuffer.wrap(raw));
    hasher.finish();
    return hasher.tree();
  }

  /** A proof of the groups of 2^{@code groupLog2} padded bytes. */
  static RangeProof prove(PieceTree tree, byte[] raw, int groupLog2, GroupRun run) {
    try {
      return new RangeProver(
              tree, (from, length) -> ByteBuffer.wrap(raw, Math.toIntExact(from), length))
          .prove(groupLog2, run);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void verify(PieceCid piece, RangeProof proof, byte[] raw) {
    RangeVerifier verifier = new RangeVerifier(piece, proof);
    verifier.update(ByteBuffer.wrap(raw));
    verifier.finish();
  }
}
