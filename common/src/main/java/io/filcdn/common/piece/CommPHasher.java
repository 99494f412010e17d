package io.filcdn.common.piece;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Computes a piece's {@link PieceCid} while its bytes stream by, in constant memory. Every 127 raw
 * bytes are spread over 128 (Fr32: two zero bits after each 254), which are four leaves of a binary
 * tree of SHA-256 with the two top bits of each node cleared; zero leaves fill the tree to a power
 * of two. Not safe for use by several threads at once.
 */
public final class CommPHasher {

  private static final int RAW = 127;
  private static final int LEAF = CommP.SIZE;
  private static final byte[][] ZERO_NODES = zeroNodes();

  private final MessageDigest sha256 = newSha256();

  /** Raw bytes that do not fill a group of 127 yet. */
  private final byte[] partial = new byte[RAW];

  /** One group of 127 raw bytes spread over four leaves. */
  private final byte[] leaves = new byte[4 * LEAF];

  /**
   * Per level, two nodes side by side: a left one that waits for its right sibling, and that one's
   * place, so that both are hashed in one call.
   */
  private final byte[][] pairs = new byte[PieceCid.MAX_HEIGHT + 1][];

  /** Bit {@code level} is set while a left node of that level waits. */
  private long waiting;

  private int partialLength;
  private long rawSize;

  /** Bytes taken so far. */
  public long rawSize() {
    return rawSize;
  }

  /** Takes the remaining bytes of {@code bytes}. */
  public void update(ByteBuffer bytes) {
    if (bytes.hasArray()) {
      update(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      bytes.position(bytes.limit());
      return;
    }
    byte[] copy = new byte[Math.min(bytes.remaining(), 1 << 16)];
    while (bytes.hasRemaining()) {
      int length = Math.min(bytes.remaining(), copy.length);
      bytes.get(copy, 0, length);
      update(copy, 0, length);
    }
  }

  /** Takes {@code length} bytes from {@code offset} on. */
  public void update(byte[] bytes, int offset, int length) {
    int at = offset;
    int end = offset + length;
    rawSize += length;
    if (partialLength > 0) {
      int taken = Math.min(RAW - partialLength, length);
      System.arraycopy(bytes, at, partial, partialLength, taken);
      partialLength += taken;
      at += taken;
      if (partialLength < RAW) {
        return;
      }
      addGroup(partial, 0);
      partialLength = 0;
    }
    for (; end - at >= RAW; at += RAW) {
      addGroup(bytes, at);
    }
    partialLength = end - at;
    System.arraycopy(bytes, at, partial, 0, partialLength);
  }

  /**
   * Ends the piece in the smallest tree that holds it.
   *
   * @return what names the bytes taken; the hasher is used up
   */
  public PieceCid finish() {
    return finish(PieceCid.heightFor(rawSize));
  }

  /**
   * Ends the piece in a tree of {@code height}, which may be taller than needed.
   *
   * @throws IllegalArgumentException where the tree is too small
   */
  public PieceCid finish(int height) {
    if (PieceCid.capacity(height) < rawSize) {
      throw new IllegalArgumentException(
          "expected a height that holds %d bytes, found %d".formatted(rawSize, height));
    }
    if (partialLength > 0) {
      java.util.Arrays.fill(partial, partialLength, RAW, (byte) 0);
      addGroup(partial, 0);
      partialLength = 0;
    }
    for (int level = 2; level < height; level++) {
      if ((waiting >>> level & 1) != 0) {
        addNode(ZERO_NODES[level], level);
      }
    }
    byte @Nullable [] top = pairs[height];
    boolean anyData = (waiting >>> height & 1) != 0;
    CommP root = anyData && top != null ? CommP.of(top, 0) : CommP.of(ZERO_NODES[height], 0);
    return new PieceCid(root, height, rawSize);
  }

  private void addGroup(byte[] raw, int offset) {
    spread(raw, offset, leaves);
    hashPair(leaves, 0, leaves, 0);
    hashPair(leaves, 2 * LEAF, leaves, LEAF);
    hashPair(leaves, 0, leaves, 0);
    addNode(leaves, 2);
  }

  /**
   * Puts the first 32 bytes of {@code node} into the tree at {@code level}, joining pairs upwards.
   */
  private void addNode(byte[] node, int level) {
    byte[] carried = node;
    int at = level;
    while ((waiting >>> at & 1) != 0) {
      byte[] pair = pair(at);
      System.arraycopy(carried, 0, pair, LEAF, LEAF);
      waiting &= ~(1L << at);
      hashPair(pair, 0, pair, 0);
      carried = pair;
      at++;
    }
    System.arraycopy(carried, 0, pair(at), 0, LEAF);
    waiting |= 1L << at;
  }

  private byte[] pair(int level) {
    byte @Nullable [] pair = pairs[level];
    if (pair == null) {
      pair = new byte[2 * LEAF];
      pairs[level] = pair;
    }
    return pair;
  }

  private void hashPair(byte[] from, int offset, byte[] to, int toOffset) {
    sha256.update(from, offset, 2 * LEAF);
    digestNode(sha256, to, toOffset);
  }

  /** Spreads 127 bytes over 128: after every 254 bits, little-endian, come two zero bits. */
  private static void spread(byte[] raw, int offset, byte[] leaves) {
    System.arraycopy(raw, offset, leaves, 0, 31);
    leaves[31] = (byte) (raw[offset + 31] & 0x3f);
    for (int leaf = 1; leaf < 4; leaf++) {
      int shift = 2 * leaf;
      int from = offset + LEAF * leaf - 1;
      int to = LEAF * leaf;
      for (int i = 0; i < LEAF; i++) {
        int low = (raw[from + i] & 0xff) >>> 8 - shift;
        int high = from + i + 1 < offset + RAW ? raw[from + i + 1] << shift : 0;
        leaves[to + i] = (byte) (low | high);
      }
      leaves[to + LEAF - 1] &= 0x3f;
    }
  }

  private static byte[][] zeroNodes() {
    MessageDigest sha256 = newSha256();
    byte[][] nodes = new byte[PieceCid.MAX_HEIGHT + 1][LEAF];
    for (int level = 1; level <= PieceCid.MAX_HEIGHT; level++) {
      sha256.update(nodes[level - 1]);
      sha256.update(nodes[level - 1]);
      digestNode(sha256, nodes[level], 0);
    }
    return nodes;
  }

  private static void digestNode(MessageDigest sha256, byte[] to, int offset) {
    try {
      sha256.digest(to, offset, LEAF);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 did not fit 32 bytes", e);
    }
    to[offset + LEAF - 1] &= 0x3f;
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
