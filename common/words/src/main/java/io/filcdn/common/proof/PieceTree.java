package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import java.util.Arrays;
import java.util.Optional;

/**
 * The tree of a piece: the hashes of its groups that hold data ({@link PieceGroups#ofTree}), which
 * together with zeros hash to the piece's root. Each group can be checked against its hash alone.
 *
 * <p>Its binary form is the hashes one after the other, 32 bytes each and nothing else: from the
 * piece follows how many they are, so that the piece's name has to come along.
 */
public final class PieceTree {

  private final PieceCid piece;
  private final PieceGroups groups;
  private final byte[] hashes;
  private final NodeRow nodes;

  /**
   * @param hashes of all groups that hold data, known to be right; not changed from here on
   */
  PieceTree(PieceCid piece, byte[] hashes) {
    this.piece = piece;
    this.groups = PieceGroups.ofTree(piece);
    this.hashes = hashes;
    this.nodes = new NodeRow(groups.level(), hashes);
  }

  /** The tree of a piece of one group that is all of it: its only hash is the root. */
  public static Optional<PieceTree> ofName(PieceCid piece) {
    boolean isRoot = PieceGroups.ofTree(piece).level() == piece.height() && piece.rawSize() > 0;
    return isRoot ? Optional.of(new PieceTree(piece, piece.commP().bytes())) : Optional.empty();
  }

  /**
   * Reads the binary form from anyone.
   *
   * @throws IllegalArgumentException where it is not the tree of {@code piece}
   */
  public static PieceTree read(PieceCid piece, byte[] hashes) {
    int size = size(piece);
    if (hashes.length != size) {
      throw new IllegalArgumentException(
          "expected %d bytes of hashes for %s, found %d".formatted(size, piece, hashes.length));
    }
    PieceTree tree = new PieceTree(piece, hashes.clone());
    CommP root = tree.nodes.node(piece.height(), 0);
    if (!root.equals(piece.commP())) {
      throw new IllegalArgumentException(
          "expected hashes with the root %s, found the root %s".formatted(piece.commP(), root));
    }
    return tree;
  }

  /** Bytes of the binary form, at most 64 Ki. */
  public static int size(PieceCid piece) {
    return Math.toIntExact(PieceGroups.ofTree(piece).count() * CommP.SIZE);
  }

  public PieceCid piece() {
    return piece;
  }

  public PieceGroups groups() {
    return groups;
  }

  /**
   * The hash of a group that holds data.
   *
   * @throws IndexOutOfBoundsException where there is no such group
   */
  public CommP hash(long group) {
    if (group < 0 || group >= groups.count()) {
      throw new IndexOutOfBoundsException(
          "expected one of %d groups that hold data, found %d".formatted(groups.count(), group));
    }
    return CommP.of(hashes, (int) group * CommP.SIZE);
  }

  /** The binary form. */
  public byte[] bytes() {
    return hashes.clone();
  }

  /** The nodes of the groups, and those above them. */
  NodeRow nodes() {
    return nodes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PieceTree tree
        && piece.equals(tree.piece)
        && Arrays.equals(hashes, tree.hashes);
  }

  @Override
  public int hashCode() {
    return piece.hashCode();
  }

  @Override
  public String toString() {
    return "%d groups of %s".formatted(groups.count(), piece);
  }
}
