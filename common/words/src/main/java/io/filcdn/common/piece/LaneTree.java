package io.filcdn.common.piece;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The lower part of a growing Merkle tree, hashed many nodes at once. It comes in storeys of four
 * levels: each collects 512 nodes, reduces them to 32 and hands those to the storey above; the
 * lowest takes raw bytes. So it holds a few kilobytes a storey, whatever the piece's size. Not safe
 * for use by several threads.
 *
 * <p>Node {@code n} stands in the lane whose number is {@code n} with its bits reversed. Then all
 * left children stand in the first half of the lanes and their right siblings, in the same order,
 * in the second, so that each level is ready for the next as it is.
 */
final class LaneTree {

  private static final int LANES = NodeLanes.LANES;

  /** Quads of 127 raw bytes, each two lanes wide. */
  private static final int QUADS = LANES / 2;

  /** Raw bytes of a batch. */
  static final int RAW = QUADS * Fr32.RAW;

  /** Below this many lanes there is too little to do at once. */
  private static final int LAST_LANES = LANES / 8;

  private static final int LEVELS = 4;
  private static final int NODE_WORDS = CommP.SIZE / Integer.BYTES;

  private final NodeLanes hasher;
  private final int[] rows = new int[NodeLanes.WORDS];
  private final @Nullable Storey[] storeys = new Storey[PieceCid.MAX_HEIGHT / LEVELS];

  private final int sinkLevel;
  private final NodeSink sink;

  /**
   * @param sink takes each node of {@code sinkLevel} that is hashed here
   */
  LaneTree(NodeLanes hasher, int sinkLevel, NodeSink sink) {
    this.hasher = hasher;
    this.sinkLevel = sinkLevel;
    this.sink = sink;
  }

  /** Takes the {@link #RAW} bytes at {@code offset}. */
  void addBatch(byte[] raw, int offset) {
    for (int quad = 0; quad < QUADS; quad++) {
      int from = offset + quad * Fr32.RAW;
      int left = NodeLanes.CHILDREN + lane(2 * quad, LANES);
      int right = NodeLanes.CHILDREN + lane(2 * quad + 1, LANES);
      Fr32.leaf(raw, from, 0, rows, left, LANES);
      Fr32.leaf(raw, from, 1, rows, left + NODE_WORDS * LANES, LANES);
      Fr32.leaf(raw, from, 2, rows, right, LANES);
      Fr32.leaf(raw, from, 3, rows, right + NODE_WORDS * LANES, LANES);
    }
    reduce(0);
  }

  /** Hashes the children in the rows over four levels, and hands the result to a storey. */
  private void reduce(int storey) {
    int lanes = LANES;
    int level = storey * LEVELS + 1;
    hasher.hash(rows, lanes);
    told(level, lanes);
    while (lanes > LAST_LANES) {
      lanes /= 2;
      for (int word = 0; word < NODE_WORDS; word++) {
        int row = word * LANES;
        System.arraycopy(rows, row, rows, NodeLanes.CHILDREN + row, lanes);
        System.arraycopy(
            rows, row + lanes, rows, NodeLanes.CHILDREN + (NODE_WORDS + word) * LANES, lanes);
      }
      hasher.hash(rows, lanes);
      level++;
      told(level, lanes);
    }
    Storey above = storey(storey);
    above.take(rows);
    if (above.isFull()) {
      above.giveTo(rows);
      reduce(storey + 1);
    }
  }

  private void told(int level, int lanes) {
    if (level == sinkLevel) {
      ByteBuffer bytes = ByteBuffer.allocate(CommP.SIZE);
      for (int node = 0; node < lanes; node++) {
        writeNode(rows, lane(node, lanes), bytes);
        sink.node(bytes.array(), 0);
      }
    }
  }

  /** Writes the node whose first word is at {@code at}. */
  private static void writeNode(int[] words, int at, ByteBuffer to) {
    for (int word = 0; word < NODE_WORDS; word++) {
      to.putInt(word * Integer.BYTES, words[at + word * LANES]);
    }
  }

  private Storey storey(int number) {
    Storey storey = storeys[number];
    if (storey == null) {
      storey = new Storey();
      storeys[number] = storey;
    }
    return storey;
  }

  /** Hands over all nodes that were not reduced yet; this tree is used up. */
  void drainTo(NodeTree tree) {
    for (int number = storeys.length - 1; number >= 0; number--) {
      Storey storey = storeys[number];
      if (storey != null) {
        storey.drainTo(tree, (number + 1) * LEVELS);
      }
    }
  }

  private static int lane(int node, int lanes) {
    return Integer.reverse(node) >>> Integer.numberOfLeadingZeros(lanes) + 1;
  }

  /** Nodes of one level, as the children of the level above it. */
  private static final class Storey {

    private static final int CAPACITY = 2 * LANES;

    private final int[] children = new int[2 * NODE_WORDS * LANES];
    private int size;

    boolean isFull() {
      return size == CAPACITY;
    }

    /** Takes the last lanes that a reduction leaves. */
    void take(int[] rows) {
      for (int node = 0; node < LAST_LANES; node++, size++) {
        int from = lane(node, LAST_LANES);
        int to = place(size);
        for (int word = 0; word < NODE_WORDS; word++) {
          children[to + word * LANES] = rows[from + word * LANES];
        }
      }
    }

    void giveTo(int[] rows) {
      System.arraycopy(children, 0, rows, NodeLanes.CHILDREN, children.length);
      size = 0;
    }

    void drainTo(NodeTree tree, int level) {
      ByteBuffer bytes = ByteBuffer.allocate(CommP.SIZE);
      for (int node = 0; node < size; node++) {
        writeNode(children, place(node), bytes);
        tree.addNode(bytes.array(), 0, level);
      }
      size = 0;
    }

    /** The place of a node's first word: left ones in the upper rows, right ones below. */
    private static int place(int node) {
      return (node & 1) * NODE_WORDS * LANES + lane(node >>> 1, LANES);
    }
  }
}
