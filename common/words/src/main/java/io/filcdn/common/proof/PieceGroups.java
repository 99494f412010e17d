package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;

/**
 * The groups of a piece: parts of 2^n bytes of the Fr32-padded piece, each of which is a node of
 * its tree. Of 128 padded bytes 127 are raw, so groups meet at multiples of 127 raw bytes. The last
 * group that holds data is filled with zeros; those behind it are zeros alone. An empty piece has
 * no group that holds data.
 *
 * @param height of the piece's tree
 * @param rawSize of the piece
 * @param groupLog2 the binary logarithm of a group's padded bytes: 7 for 127 raw bytes, 20 for
 *     1,040,384
 */
public record PieceGroups(int height, long rawSize, int groupLog2) {

  /** Groups of 127 raw bytes, the smallest. */
  public static final int MIN_LOG2 = 7;

  /** Groups of 1 MiB, the smallest that a {@link PieceTree} has of a piece that is larger. */
  static final int TREE_GROUP_LOG2 = 20;

  /** A {@link PieceTree} has at most 2^11 hashes: 64 KiB. */
  static final int TREE_GROUPS_LOG2 = 11;

  private static final int LEAF_LOG2 = Integer.numberOfTrailingZeros(CommP.SIZE);

  public PieceGroups {
    if (rawSize < 0 || rawSize > PieceCid.capacity(height)) {
      throw new IllegalArgumentException(
          "expected a raw size from 0 to %d for height %d, found %d"
              .formatted(PieceCid.capacity(height), height, rawSize));
    }
    if (groupLog2 < MIN_LOG2 || groupLog2 > height + LEAF_LOG2) {
      throw new IllegalArgumentException(
          "expected groups of 2^%d to 2^%d padded bytes, found 2^%d"
              .formatted(MIN_LOG2, height + LEAF_LOG2, groupLog2));
    }
  }

  /**
   * The groups of 2^{@code groupLog2} padded bytes.
   *
   * @throws IllegalArgumentException where such groups are smaller than {@link #MIN_LOG2} or larger
   *     than the tree
   */
  public static PieceGroups of(PieceCid piece, int groupLog2) {
    return new PieceGroups(piece.height(), piece.rawSize(), groupLog2);
  }

  /**
   * The groups whose hashes are the piece's {@link PieceTree}: 1 MiB, more where there would be
   * over 2048 that hold data, less where the whole tree is smaller.
   */
  public static PieceGroups ofTree(PieceCid piece) {
    int enough = PieceCid.heightFor(piece.rawSize()) + LEAF_LOG2 - TREE_GROUPS_LOG2;
    return of(piece, Math.min(piece.height() + LEAF_LOG2, Math.max(TREE_GROUP_LOG2, enough)));
  }

  /** The one group that is all of the piece's tree. */
  public static PieceGroups whole(PieceCid piece) {
    return of(piece, piece.height() + LEAF_LOG2);
  }

  /** The level of the nodes that groups are: 0 is a leaf's, {@code height} the root's. */
  public int level() {
    return groupLog2 - LEAF_LOG2;
  }

  /** Raw bytes of each group but the last that holds data. */
  public long rawGroupSize() {
    return PieceCid.capacity(level());
  }

  /** The number of groups that hold data. */
  public long count() {
    return Math.ceilDiv(rawSize, rawGroupSize());
  }

  /** The first raw byte of a group that holds data. */
  public long from(long group) {
    return checked(group) * rawGroupSize();
  }

  /** The raw byte behind the last one of a group that holds data. */
  public long to(long group) {
    return Math.min(rawSize, from(group) + rawGroupSize());
  }

  /** The first raw byte of a run. */
  public long from(GroupRun run) {
    return from(run.first());
  }

  /** The raw byte behind the last one of a run. */
  public long to(GroupRun run) {
    return to(run.last());
  }

  /**
   * The group that holds a raw byte.
   *
   * @throws IndexOutOfBoundsException where the piece has no such byte
   */
  public long group(long offset) {
    if (offset < 0 || offset >= rawSize) {
      throw new IndexOutOfBoundsException(
          "expected a byte of a piece of %d, found %d".formatted(rawSize, offset));
    }
    return offset / rawGroupSize();
  }

  /**
   * The groups that hold the raw bytes from {@code from} to before {@code to}.
   *
   * @throws IndexOutOfBoundsException where there are none, or the piece has not all of them
   */
  public GroupRun run(long from, long to) {
    if (from >= to) {
      throw new IndexOutOfBoundsException(
          "expected at least one byte, found %d to before %d".formatted(from, to));
    }
    long first = group(from);
    return new GroupRun(first, group(to - 1) - first + 1);
  }

  private long checked(long group) {
    if (group < 0 || group >= count()) {
      throw new IndexOutOfBoundsException(
          "expected one of %d groups that hold data, found %d".formatted(count(), group));
    }
    return group;
  }
}
