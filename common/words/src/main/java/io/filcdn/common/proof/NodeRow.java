package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.NodeTree;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one level, from the left edge of a tree on, and those above them, which are hashed
 * once they are asked for. Nodes behind their end are of zeros alone. Safe for use by several
 * threads.
 */
final class NodeRow {

  private final int level;
  private final byte[] nodes;

  /** The row above; hashed twice where two threads ask at once. */
  private volatile @Nullable NodeRow parents;

  /**
   * @param nodes 32 bytes each, not changed from here on
   */
  NodeRow(int level, byte[] nodes) {
    this.level = level;
    this.nodes = nodes;
  }

  /** A node of this level or one above it. */
  CommP node(int above, long index) {
    NodeRow row = this;
    while (row.level < above && row.nodes.length > 0) {
      row = row.parents();
    }
    long at = index * CommP.SIZE;
    return at < row.nodes.length ? CommP.of(row.nodes, (int) at) : NodeTree.zeros(above);
  }

  private NodeRow parents() {
    NodeRow known = parents;
    if (known == null) {
      known = new NodeRow(level + 1, NodeTree.parents(nodes, level));
      parents = known;
    }
    return known;
  }
}
