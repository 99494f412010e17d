package io.filcdn.retrieval.verify;

import io.filcdn.common.digest.Digests;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.common.proof.PieceTreeHasher;
import io.filcdn.retrieval.bytes.ReprDigest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A check that bytes, as they stream by, are a piece: no more, no fewer, and with its CommP. Of
 * smaller pieces it also tells the SHA-256, which costs about as much again.
 */
public final class PieceVerifier {

  /** The largest piece whose SHA-256 is told: a hundredth of a second of one core. */
  private static final long MAX_DIGESTED = 16 << 20;

  private final PieceCid piece;
  private final PieceTreeHasher hasher;
  private final Optional<MessageDigest> sha256;

  public PieceVerifier(PieceCid piece) {
    this.piece = piece;
    this.hasher = new PieceTreeHasher(piece);
    this.sha256 = piece.rawSize() > MAX_DIGESTED ? Optional.empty() : Optional.of(Digests.sha256());
  }

  /** Takes the remaining bytes of {@code bytes}. Takes as long as hashing them does. */
  public void update(ByteBuffer bytes) {
    sha256.ifPresent(digest -> digest.update(bytes.duplicate()));
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
        ? new Verdict.Right(
            hasher.tree(), sha256.map(MessageDigest::digest).map(ReprDigest::sha256))
        : new Verdict.Wrong("expected %s, found %s".formatted(piece, found));
  }

  /** The verdict whether the bytes were the piece. */
  public sealed interface Verdict {

    /**
     * Bytes that were the piece.
     *
     * @param tree of the piece
     * @param digest of a small one
     */
    record Right(PieceTree tree, Optional<ReprDigest> digest) implements Verdict {}

    /**
     * Bytes that were not the piece.
     *
     * @param difference what was expected, and what was found
     */
    record Wrong(String difference) implements Verdict {}
  }
}
