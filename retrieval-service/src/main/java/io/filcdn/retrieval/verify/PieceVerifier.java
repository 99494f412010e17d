package io.filcdn.retrieval.verify;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.PieceTreeHasher;
import java.nio.ByteBuffer;

/** A check that bytes, as they stream by, are a piece: no more, no fewer, and with its CommP. */
public final class PieceVerifier {

  private final PieceCid piece;
  private final PieceTreeHasher hasher;

  public PieceVerifier(PieceCid piece) {
    this.piece = piece;
    this.hasher = new PieceTreeHasher(piece);
  }

  /** Takes the remaining bytes of {@code bytes}. Takes as long as hashing them does. */
  public void update(ByteBuffer bytes) {
    hasher.update(bytes);
  }

  /** Ends the check. */
  public Verdict finish() {
    if (hasher.rawSize() != piece.rawSize()) {
      return new Verdict.Wrong(
          "expected %d bytes, found %d".formatted(piece.rawSize(), hasher.rawSize()));
    }
    PieceCid found = hasher.finish();
    return found.equals(piece)
        ? new Verdict.Right(hasher.tree())
        : new Verdict.Wrong("expected %s, found %s".formatted(piece, found));
  }

  /** The verdict whether the bytes were the piece. */
  public sealed interface Verdict {

    /**
     * Bytes that were the piece.
     *
     * @param tree of the piece
     */
    record Right(PieceTree tree) implements Verdict {}

    /**
     * Bytes that were not the piece.
     *
     * @param difference what was expected, and what was found
     */
    record Wrong(String difference) implements Verdict {}
  }
}
