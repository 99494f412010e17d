package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.PieceCid;
import java.util.List;

/**
 * A proof that a run of groups is a part of a piece: the hashes beside the run that, together with
 * the groups' own, hash to the piece's root. It says nothing by itself; {@link RangeVerifier} holds
 * it to a piece and to the bytes of the groups.
 *
 * @param height of the piece's tree
 * @param groupLog2 the binary logarithm of a group's padded bytes
 * @param run the groups
 * @param left from the bottom up, the siblings to the left: one for each bit that is set in the
 *     number of the first group
 * @param right from the bottom up, the siblings to the right: one for each bit up to the root's
 *     that is not set in the number of the last group
 */
public record RangeProof(
    int height, int groupLog2, GroupRun run, List<CommP> left, List<CommP> right) {

  /** More bytes than the longest proof has. */
  public static final int MAX_BYTES = 4096;

  private static final int VERSION = 1;
  private static final int PARTS = 7;

  public RangeProof {
    if (height < PieceCid.MIN_HEIGHT || height > PieceCid.MAX_HEIGHT) {
      throw new IllegalArgumentException(
          "expected a tree height from %d to %d, found %d"
              .formatted(PieceCid.MIN_HEIGHT, PieceCid.MAX_HEIGHT, height));
    }
    int levels = height - new PieceGroups(height, 0, groupLog2).level();
    if (run.last() >>> levels != 0) {
      throw new IllegalArgumentException(
          "expected groups of the 2^%d of the tree, found one %d".formatted(levels, run.last()));
    }
    check("left", leftCount(run), left.size());
    check("right", rightCount(run, levels), right.size());
    left = List.copyOf(left);
    right = List.copyOf(right);
  }

  private static int leftCount(GroupRun run) {
    return Long.bitCount(run.first());
  }

  private static int rightCount(GroupRun run, int levels) {
    return levels - Long.bitCount(run.last());
  }

  private static void check(String side, int expected, int found) {
    if (found != expected) {
      throw new IllegalArgumentException(
          "expected %d hashes to the %s, found %d".formatted(expected, side, found));
    }
  }

  /**
   * Reads the CBOR form from anyone: {@code [1, height, groupLog2, first, count, left, right]}.
   *
   * @throws IllegalArgumentException where it is anything else, a second spelling of a proof
   *     included
   */
  public static RangeProof read(byte[] cbor) {
    if (cbor.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "expected a proof of at most %d bytes, found %d".formatted(MAX_BYTES, cbor.length));
    }
    Cbor.Reader in = new Cbor.Reader(cbor);
    int parts = in.array(PARTS);
    if (parts != PARTS) {
      throw new IllegalArgumentException(
          "expected a proof of %d parts, found %d".formatted(PARTS, parts));
    }
    long version = in.number();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "expected a proof of version %d, found %d".formatted(VERSION, version));
    }
    RangeProof proof =
        new RangeProof(
            in.number(Byte.MAX_VALUE),
            in.number(Byte.MAX_VALUE),
            new GroupRun(in.number(), in.number()),
            in.hashes(PieceCid.MAX_HEIGHT),
            in.hashes(PieceCid.MAX_HEIGHT));
    in.end();
    return proof;
  }

  /** The CBOR form. */
  public byte[] bytes() {
    return new Cbor.Writer(MAX_BYTES)
        .array(PARTS)
        .number(VERSION)
        .number(height)
        .number(groupLog2)
        .number(run.first())
        .number(run.count())
        .hashes(left)
        .hashes(right)
        .bytes();
  }

  /**
   * The proof's groups, as groups of a piece.
   *
   * @throws IllegalArgumentException where the piece has another height, or not all of these groups
   *     hold data of it
   */
  public PieceGroups groupsOf(PieceCid piece) {
    if (piece.height() != height) {
      throw new IllegalArgumentException(
          "expected a proof for a tree of height %d, found %d".formatted(piece.height(), height));
    }
    PieceGroups groups = PieceGroups.of(piece, groupLog2);
    if (run.last() >= groups.count()) {
      throw new IllegalArgumentException(
          "expected some of the %d groups that hold data of %s, found one %d"
              .formatted(groups.count(), piece, run.last()));
    }
    return groups;
  }
}
