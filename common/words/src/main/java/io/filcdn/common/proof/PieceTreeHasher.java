package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A hasher that tells which piece bytes are that stream by, and keeps the piece's tree. It costs
 * what a {@link CommPHasher} does, and at most 64 KiB. Not safe for use by several threads at once.
 */
public final class PieceTreeHasher {

  private final PieceCid expected;
  private final CommPHasher hasher;
  private final byte[] hashes;
  private int hashed;
  private @Nullable PieceCid found;

  /**
   * @param expected the piece that the bytes should be
   */
  public PieceTreeHasher(PieceCid expected) {
    this.expected = expected;
    this.hasher = new CommPHasher(PieceGroups.ofTree(expected).level(), this::keep);
    this.hashes = new byte[PieceTree.size(expected)];
  }

  /** Bytes taken so far. */
  public long rawSize() {
    return hasher.rawSize();
  }

  /** Takes the remaining bytes of {@code bytes}. */
  public void update(ByteBuffer bytes) {
    hasher.update(bytes);
  }

  /**
   * Ends the piece in a tree of the expected height.
   *
   * @return what names the bytes taken; the hasher takes no more
   * @throws IllegalArgumentException where they are more than such a tree holds
   */
  public PieceCid finish() {
    PieceCid piece = hasher.finish(expected.height());
    found = piece;
    return piece;
  }

  /**
   * The tree of the expected piece.
   *
   * @throws IllegalStateException where {@link #finish} has not found that piece
   */
  public PieceTree tree() {
    if (!expected.equals(found)) {
      throw new IllegalStateException("expected %s, found %s".formatted(expected, found));
    }
    return new PieceTree(expected, hashes);
  }

  /** Keeps a group's hash; bytes behind the expected piece's end may make more than it has. */
  private void keep(byte[] bytes, int offset) {
    if (hashed < hashes.length) {
      System.arraycopy(bytes, offset, hashes, hashed, CommP.SIZE);
      hashed += CommP.SIZE;
    }
  }
}
