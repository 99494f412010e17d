package io.filcdn.common.piece;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A hasher that computes a piece's {@link PieceCid} while its bytes stream by, in constant memory.
 * Every 127 raw bytes are spread over 128 (Fr32: two zero bits after each 254), which are four
 * leaves of a binary tree of SHA-256 with the two top bits of each node cleared; zero leaves fill
 * the tree to a power of two. Not safe for use by several threads at once.
 *
 * <p>Where {@link #warmUp} found it faster, many nodes are hashed at once, in vectors.
 */
public final class CommPHasher {

  private final NodeTree tree;

  /** The lower part of the tree, where many nodes are hashed at once. */
  private final @Nullable LaneTree lanes;

  /** Raw bytes that do not fill a unit of hashing yet. */
  private final byte[] partial;

  private int partialLength;
  private long rawSize;

  public CommPHasher() {
    this(ProvenLanes.get());
  }

  /**
   * A hasher that tells of all nodes of one level which hold data, from left to right. A node comes
   * once it is hashed: many nodes after its last byte, and at the latest in {@link #finish}.
   *
   * @param level from {@link PieceCid#MIN_HEIGHT} to the height that the piece will end in
   * @throws IllegalArgumentException where {@code level} is one that no piece has
   */
  public CommPHasher(int level, NodeSink sink) {
    this(ProvenLanes.get(), checked(level), sink);
  }

  /**
   * @param lanes what hashes many nodes at once
   */
  CommPHasher(@Nullable NodeLanes lanes) {
    this(lanes, NodeTree.NO_LEVEL, NodeTree.NO_SINK);
  }

  CommPHasher(@Nullable NodeLanes lanes, int level, NodeSink sink) {
    this.tree = new NodeTree(level, sink);
    this.lanes = lanes == null ? null : new LaneTree(lanes, level, sink);
    this.partial = new byte[lanes == null ? Fr32.RAW : LaneTree.RAW];
  }

  private static int checked(int level) {
    if (level < PieceCid.MIN_HEIGHT || level > PieceCid.MAX_HEIGHT) {
      throw new IllegalArgumentException(
          "expected a level from %d to %d, found %d"
              .formatted(PieceCid.MIN_HEIGHT, PieceCid.MAX_HEIGHT, level));
    }
    return level;
  }

  /**
   * Tries whether this machine hashes many nodes at once, for all hashers made later; until then
   * nodes are hashed one by one. Takes about a second of one core.
   *
   * @return what came of it; for a person
   */
  public static String warmUp() {
    return ProvenLanes.prove(System::nanoTime);
  }

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
    rawSize += bytes.remaining();
    while (bytes.hasRemaining()) {
      int taken = Math.min(partial.length - partialLength, bytes.remaining());
      bytes.get(partial, partialLength, taken);
      took(taken);
    }
  }

  /** Takes {@code length} bytes from {@code offset} on. */
  public void update(byte[] bytes, int offset, int length) {
    int at = offset;
    int end = offset + length;
    rawSize += length;
    while (at < end) {
      if (partialLength == 0 && end - at >= partial.length) {
        hash(bytes, at);
        at += partial.length;
      } else {
        int taken = Math.min(partial.length - partialLength, end - at);
        System.arraycopy(bytes, at, partial, partialLength, taken);
        took(taken);
        at += taken;
      }
    }
  }

  private void took(int length) {
    partialLength += length;
    if (partialLength == partial.length) {
      hash(partial, 0);
      partialLength = 0;
    }
  }

  private void hash(byte[] unit, int offset) {
    if (lanes != null) {
      lanes.addBatch(unit, offset);
    } else {
      tree.addQuad(unit, offset);
    }
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
    if (lanes != null) {
      lanes.drainTo(tree);
    }
    int quads = Math.ceilDiv(partialLength, Fr32.RAW);
    Arrays.fill(partial, partialLength, quads * Fr32.RAW, (byte) 0);
    for (int quad = 0; quad < quads; quad++) {
      tree.addQuad(partial, quad * Fr32.RAW);
    }
    partialLength = 0;
    return new PieceCid(tree.root(height), height, rawSize);
  }
}
