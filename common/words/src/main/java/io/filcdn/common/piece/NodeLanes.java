package io.filcdn.common.piece;

/**
 * A hasher of many nodes of a CommP tree at once, a node a lane. The lanes stand side by side in
 * rows of {@link #LANES} words: rows 0 to 7 take the eight words of each result, rows 8 to 23 hold
 * the sixteen words of each pair of children; row 24 is zero. Safe for use by several threads, each
 * with its own rows.
 */
interface NodeLanes {

  /** Lanes of a row. */
  int LANES = 256;

  /** The place at which the rows of the children begin. */
  int CHILDREN = 8 * LANES;

  /** Words of all rows. */
  int WORDS = 25 * LANES;

  /** Clears the two top bits of a node in its last word, which is big-endian as SHA-256's are. */
  int LAST_WORD = 0xffffff3f;

  /**
   * Hashes the first {@code lanes} lanes. What the children's rows hold afterwards is of no use.
   *
   * @param lanes a power of two, from 32 to {@link #LANES}
   */
  void hash(int[] rows, int lanes);

  /** The number of lanes that the machine takes in one step. */
  int width();
}
