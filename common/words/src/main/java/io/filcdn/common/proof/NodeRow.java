package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import io.filcdn.common.piece.NodeTree;

/**
 * The nodes of one level, from the left edge of a tree on. Those behind their end are of zeros
 * alone.
 *
 * @param nodes 32 bytes each
 */
record NodeRow(int level, byte[] nodes) {

  /** A node of this level or one above it. */
  CommP node(int above, long index) {
    int shift = above - level;
    long size = nodes.length / CommP.SIZE;
    NodeTree tree = new NodeTree();
    for (long node = index << shift; node < Math.min(size, index + 1 << shift); node++) {
      tree.addNode(nodes, (int) node * CommP.SIZE, level);
    }
    return tree.root(above);
  }
}
