package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.CommPHasher;
import java.nio.ByteBuffer;

/**
 * A check that raw bytes, as they stream by, are one group of a piece. Not safe for use by several
 * threads at once.
 */
public final class GroupVerifier {

  private final CommPHasher hasher = new CommPHasher();
  private final int level;
  private final long size;
  private final CommP expected;

  /**
   * @throws IndexOutOfBoundsException where the tree has no such group
   */
  public GroupVerifier(PieceTree tree, long group) {
    PieceGroups groups = tree.groups();
    this.level = groups.level();
    this.size = groups.to(group) - groups.from(group);
    this.expected = tree.hash(group);
  }

  /** Takes the remaining bytes of {@code bytes}. */
  public void update(ByteBuffer bytes) {
    hasher.update(bytes);
  }

  /** Ends the check: true where the bytes were the group, no more and no fewer. */
  public boolean finish() {
    return hasher.rawSize() == size && hasher.finish(level).commP().equals(expected);
  }
}
