package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.NodeTree;
import io.filcdn.common.piece.PieceCid;
import java.nio.ByteBuffer;

/**
 * A check that raw bytes, as they stream by, are the groups of a {@link RangeProof}, and that these
 * are a part of the piece: of its root, its height and its raw size. Not safe for use by several
 * threads at once.
 */
public final class RangeVerifier {

  private final PieceCid piece;
  private final RangeProof proof;
  private final long from;
  private final long to;
  private final NodeTree tree = new NodeTree();
  private final CommPHasher hasher;
  private final int level;

  /**
   * @throws IllegalArgumentException where the proof is for a tree of another height, or for groups
   *     that hold no data of {@code piece}
   */
  public RangeVerifier(PieceCid piece, RangeProof proof) {
    PieceGroups groups = proof.groupsOf(piece);
    this.piece = piece;
    this.proof = proof;
    this.from = groups.from(proof.run());
    this.to = groups.to(proof.run());
    this.level = groups.level();
    this.hasher = new CommPHasher(level, (bytes, offset) -> tree.addNode(bytes, offset, level));
    // as if all groups before the run had gone into the tree
    int left = proof.left().size();
    for (long rest = proof.run().first(); rest != 0; rest &= ~Long.highestOneBit(rest)) {
      int bit = Long.SIZE - 1 - Long.numberOfLeadingZeros(rest);
      tree.addNode(proof.left().get(--left).bytes(), 0, level + bit);
    }
  }

  /** The first raw byte of the piece that is checked. */
  public long from() {
    return from;
  }

  /** The raw byte of the piece behind the last one that is checked. */
  public long to() {
    return to;
  }

  /**
   * Takes the remaining bytes of {@code bytes}.
   *
   * @throws IllegalArgumentException where they are more than the groups hold
   */
  public void update(ByteBuffer bytes) {
    if (bytes.remaining() > to - from - hasher.rawSize()) {
      throw new IllegalArgumentException(
          "expected %d bytes of groups, found more".formatted(to - from));
    }
    hasher.update(bytes);
  }

  /**
   * Ends the check.
   *
   * @throws IllegalArgumentException where bytes, proof and piece do not fit each other
   */
  public void finish() {
    long taken = hasher.rawSize();
    if (taken != to - from) {
      throw new IllegalArgumentException(
          "expected %d bytes of groups, found %d".formatted(to - from, taken));
    }
    // hands the groups' hashes to the tree; what they hash to by themselves is of no use
    hasher.finish(Math.max(level, PieceCid.heightFor(taken)));
    long last = proof.run().last();
    int right = 0;
    for (int above = level; above < proof.height(); above++) {
      if ((last >>> above - level & 1) == 0) {
        tree.addNode(proof.right().get(right++).bytes(), 0, above);
      }
    }
    CommP root = tree.root(proof.height());
    if (!root.equals(piece.commP())) {
      throw new IllegalArgumentException(
          "expected bytes and hashes with the root %s, found the root %s"
              .formatted(piece.commP(), root));
    }
  }
}
