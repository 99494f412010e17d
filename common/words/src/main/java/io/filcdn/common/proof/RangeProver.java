package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A maker of {@link RangeProof}s of one piece. Of groups as large as the tree's, or larger, the
 * tree knows all hashes. For smaller ones the two groups of the tree in which the run begins and
 * ends are read and hashed, where the run does not take all of them; a proof is made only from
 * bytes that are the piece's.
 */
public final class RangeProver {

  private static final int STEP = 1 << 20;

  /** The most groups that one of the tree is split into, as a binary logarithm: 4 MiB of hashes. */
  private static final int SPLIT_LOG2 = 17;

  private static final int LEFT = 1;
  private static final int RIGHT = 0;

  private final PieceTree tree;
  private final GroupReader reader;

  /**
   * @param reader of the piece's bytes
   */
  public RangeProver(PieceTree tree, GroupReader reader) {
    this.tree = tree;
    this.reader = reader;
  }

  /**
   * Proves groups of the tree's own size, without a reader.
   *
   * @throws IllegalArgumentException where not all of them hold data
   */
  public static RangeProof prove(PieceTree tree, GroupRun run) {
    PieceGroups groups = tree.groups();
    check(groups, run);
    List<CommP> left = new ArrayList<>();
    List<CommP> right = new ArrayList<>();
    addSiblings(tree.nodes(), groups.level(), run.first(), groups.height(), LEFT, left);
    addSiblings(tree.nodes(), groups.level(), run.last(), groups.height(), RIGHT, right);
    return new RangeProof(groups.height(), groups.groupLog2(), run, left, right);
  }

  /**
   * Proves groups of 2^{@code groupLog2} padded bytes.
   *
   * @throws IllegalArgumentException where not all of them hold data, they are smaller than a
   *     2^17th of the tree's, or larger than the piece
   * @throws WrongBytesException where they are not the piece's
   * @throws IOException where bytes cannot be read
   */
  public RangeProof prove(int groupLog2, GroupRun run) throws IOException {
    PieceGroups groups = PieceGroups.of(tree.piece(), groupLog2);
    check(groups, run);
    int split = Math.max(0, tree.groups().groupLog2() - groupLog2);
    if (split > SPLIT_LOG2) {
      throw new IllegalArgumentException(
          "expected groups of at least 2^%d padded bytes, found 2^%d"
              .formatted(tree.groups().groupLog2() - SPLIT_LOG2, groupLog2));
    }
    List<CommP> left = new ArrayList<>();
    List<CommP> right = new ArrayList<>();
    addSmallSiblings(groups, split, run, left, right);
    int level = groups.level() + split;
    addSiblings(tree.nodes(), level, run.first() >>> split, groups.height(), LEFT, left);
    addSiblings(tree.nodes(), level, run.last() >>> split, groups.height(), RIGHT, right);
    return new RangeProof(groups.height(), groupLog2, run, left, right);
  }

  private static void check(PieceGroups groups, GroupRun run) {
    if (run.last() >= groups.count()) {
      throw new IllegalArgumentException(
          "expected some of %d groups that hold data, found one %d"
              .formatted(groups.count(), run.last()));
    }
  }

  /** Adds the siblings that lie in the tree's groups at the ends of the run. */
  private void addSmallSiblings(
      PieceGroups groups, int split, GroupRun run, List<CommP> left, List<CommP> right)
      throws IOException {
    long within = (1L << split) - 1;
    long firstGroup = run.first() >>> split;
    long lastGroup = run.last() >>> split;
    int level = groups.level();
    NodeRow zeros = new NodeRow(level, new byte[0]);
    boolean startsWithin = (run.first() & within) != 0;
    NodeRow first = startsWithin ? hashes(firstGroup, level) : zeros;
    addSiblings(first, level, run.first() & within, level + split, LEFT, left);
    if ((run.last() & within) != within) {
      NodeRow last;
      if (run.last() == groups.count() - 1) {
        last = zeros;
      } else if (startsWithin && lastGroup == firstGroup) {
        last = first;
      } else {
        last = hashes(lastGroup, level);
      }
      addSiblings(last, level, run.last() & within, level + split, RIGHT, right);
    }
  }

  /**
   * Adds the siblings on one side of a node, and of those above it.
   *
   * @param row what they are hashed from
   * @param top the level below which they are
   */
  private static void addSiblings(
      NodeRow row, int level, long node, int top, int side, List<CommP> to) {
    for (int above = level; above < top; above++) {
      long index = node >>> above - level;
      if ((index & 1) == side) {
        to.add(row.node(above, index ^ 1));
      }
    }
  }

  /** Hashes a group of the tree, and gives the hashes of its nodes of {@code level}. */
  private NodeRow hashes(long group, int level) throws IOException {
    PieceGroups groups = tree.groups();
    long from = groups.from(group);
    long to = groups.to(group);
    int nodes = Math.toIntExact(Math.ceilDiv(to - from, PieceCid.capacity(level)));
    ByteBuffer hashes = ByteBuffer.allocate(nodes * CommP.SIZE);
    CommPHasher hasher =
        new CommPHasher(level, (bytes, offset) -> hashes.put(bytes, offset, CommP.SIZE));
    for (long at = from; at < to; at += STEP) {
      int length = (int) Math.min(STEP, to - at);
      ByteBuffer bytes = reader.read(at, length);
      if (bytes.remaining() != length) {
        throw new IOException(
            "expected %d bytes of %s from %d on, found %d"
                .formatted(length, tree.piece(), at, bytes.remaining()));
      }
      hasher.update(bytes);
    }
    CommP found = hasher.finish(groups.level()).commP();
    if (!found.equals(tree.hash(group))) {
      throw new WrongBytesException(
          "expected group %d of %s with the hash %s, found %s"
              .formatted(group, tree.piece(), tree.hash(group), found));
    }
    return new NodeRow(level, hashes.array());
  }
}
