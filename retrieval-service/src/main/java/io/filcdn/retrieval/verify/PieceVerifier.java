package io.filcdn.retrieval.verify;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import java.nio.ByteBuffer;

/** A check that bytes, as they stream by, are a piece: no more, no fewer, and with its CommP. */
public final class PieceVerifier {

  private final PieceCid piece;
  private final CommPHasher hasher = new CommPHasher();

  public PieceVerifier(PieceCid piece) {
    this.piece = piece;
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
    PieceCid found = hasher.finish(piece.height());
    return found.equals(piece)
        ? Verdict.RIGHT
        : new Verdict.Wrong("expected %s, found %s".formatted(piece, found));
  }

  /** The verdict whether the bytes were the piece. */
  public sealed interface Verdict {
    Verdict RIGHT = new Right();

    /** Bytes that were the piece. */
    record Right() implements Verdict {}

    /**
     * Bytes that were not the piece.
     *
     * @param difference what was expected, and what was found
     */
    record Wrong(String difference) implements Verdict {}
  }
}
