package io.filcdn.retrieval.cache;

import io.filcdn.common.proof.PieceTree;

/**
 * The piece whose groups are fetched: where they go, and by what they are checked.
 *
 * @param readAhead how many bytes are fetched ahead of a reader
 */
record GroupTarget(
    FillDependencies tools, DiskPieceCache disk, SparseFile file, PieceTree tree, long readAhead) {

  /** The least groups from the one that is read on: of two lanes, each takes two at a time. */
  private static final int LEAST_AHEAD = 8;

  /** As many times what a lane brings soon is read ahead. */
  private static final int PARTS_AHEAD = 8;

  /** The groups from the one that is read on behind which nothing is fetched. */
  int groupsAhead() {
    long groups = Math.ceilDiv(readAhead, tree.groups().rawGroupSize());
    return (int) Math.clamp(groups, LEAST_AHEAD, tree.groups().count() + LEAST_AHEAD);
  }

  /** The groups that a lane brings soon enough for others to wait for it. */
  int groupsSoon() {
    long groups = readAhead / tree.groups().rawGroupSize() / PARTS_AHEAD;
    return Math.clamp(groups, 1, LEAST_AHEAD);
  }
}
