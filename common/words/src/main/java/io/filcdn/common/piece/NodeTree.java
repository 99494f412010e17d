package io.filcdn.common.piece;

import io.filcdn.common.digest.Digests;
import java.security.DigestException;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The Merkle tree of a piece as it grows from left to right, hashed node by node. It keeps one node
 * a level: a left one that waits for its right sibling. Not safe for use by several threads.
 */
public final class NodeTree {

  /** The level of a sink that takes nothing. */
  static final int NO_LEVEL = -1;

  static final NodeSink NO_SINK = (bytes, offset) -> {};

  private static final int NODE = CommP.SIZE;

  /** The level of a quad's node, above its four leaves. */
  private static final int QUAD_LEVEL = PieceCid.MIN_HEIGHT;

  private static final byte[][] ZERO_NODES = zeroNodes();

  private final MessageDigest sha256 = Digests.sha256();

  /** One quad: 127 raw bytes spread over four leaves. */
  private final byte[] leaves = new byte[4 * NODE];

  /**
   * Per level, two nodes side by side: a left one that waits for its right sibling, and that one's
   * place, so that both are hashed in one call.
   */
  private final byte[][] pairs = new byte[PieceCid.MAX_HEIGHT + 1][];

  private final int sinkLevel;
  private final NodeSink sink;

  /** Bit {@code level} is set while a left node of that level waits. */
  private long waiting;

  public NodeTree() {
    this(NO_LEVEL, NO_SINK);
  }

  /**
   * A tree that tells of the nodes it makes.
   *
   * @param sink takes each node of {@code sinkLevel} that is hashed here
   */
  NodeTree(int sinkLevel, NodeSink sink) {
    this.sinkLevel = sinkLevel;
    this.sink = sink;
  }

  /** Adds the four leaves of the 127 raw bytes at {@code offset}. */
  void addQuad(byte[] raw, int offset) {
    Fr32.spread(raw, offset, leaves);
    hashPair(leaves, 0, leaves, 0);
    hashPair(leaves, 2 * NODE, leaves, NODE);
    hashPair(leaves, 0, leaves, 0);
    told(leaves, QUAD_LEVEL);
    addNode(leaves, 0, QUAD_LEVEL);
  }

  /**
   * Puts the 32 bytes at {@code offset} into the tree as the next node of {@code level}, joining
   * pairs upwards. No node of a lower level may wait.
   */
  public void addNode(byte[] nodes, int offset, int level) {
    byte[] carried = nodes;
    int from = offset;
    int at = level;
    while ((waiting >>> at & 1) != 0) {
      byte[] pair = pair(at);
      System.arraycopy(carried, from, pair, NODE, NODE);
      waiting &= ~(1L << at);
      hashPair(pair, 0, pair, 0);
      carried = pair;
      from = 0;
      at++;
      told(pair, at);
    }
    System.arraycopy(carried, from, pair(at), 0, NODE);
    waiting |= 1L << at;
  }

  /** Fills the tree up to {@code height} with zero leaves; the tree is used up. */
  public CommP root(int height) {
    for (int level = QUAD_LEVEL; level < height; level++) {
      if ((waiting >>> level & 1) != 0) {
        addNode(ZERO_NODES[level], 0, level);
      }
    }
    byte @Nullable [] top = pairs[height];
    boolean anyData = (waiting >>> height & 1) != 0;
    return anyData && top != null ? CommP.of(top, 0) : CommP.of(ZERO_NODES[height], 0);
  }

  /** The node of {@code level} below which all leaves are zeros. */
  public static CommP zeros(int level) {
    return CommP.of(ZERO_NODES[level], 0);
  }

  /**
   * The nodes above those of {@code level}, which stand side by side from the tree's left edge on.
   * Beside an odd one stand zeros.
   *
   * @param nodes 32 bytes each
   */
  public static byte[] parents(byte[] nodes, int level) {
    MessageDigest sha256 = Digests.sha256();
    byte[] parents = new byte[Math.ceilDiv(nodes.length, 2 * NODE) * NODE];
    for (int at = 0; at < parents.length; at += NODE) {
      int left = 2 * at;
      int here = Math.min(2 * NODE, nodes.length - left);
      sha256.update(nodes, left, here);
      sha256.update(ZERO_NODES[level], 0, 2 * NODE - here);
      digestNode(sha256, parents, at);
    }
    return parents;
  }

  private void told(byte[] node, int level) {
    if (level == sinkLevel) {
      sink.node(node, 0);
    }
  }

  private byte[] pair(int level) {
    byte @Nullable [] pair = pairs[level];
    if (pair == null) {
      pair = new byte[2 * NODE];
      pairs[level] = pair;
    }
    return pair;
  }

  private void hashPair(byte[] from, int offset, byte[] to, int toOffset) {
    sha256.update(from, offset, 2 * NODE);
    digestNode(sha256, to, toOffset);
  }

  private static byte[][] zeroNodes() {
    MessageDigest sha256 = Digests.sha256();
    byte[][] nodes = new byte[PieceCid.MAX_HEIGHT + 1][NODE];
    for (int level = 1; level <= PieceCid.MAX_HEIGHT; level++) {
      sha256.update(nodes[level - 1]);
      sha256.update(nodes[level - 1]);
      digestNode(sha256, nodes[level], 0);
    }
    return nodes;
  }

  private static void digestNode(MessageDigest sha256, byte[] to, int offset) {
    try {
      sha256.digest(to, offset, NODE);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 did not fit 32 bytes", e);
    }
    to[offset + NODE - 1] &= Fr32.LAST_BYTE;
  }
}
