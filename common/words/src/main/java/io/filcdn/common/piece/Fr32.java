package io.filcdn.common.piece;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Fr32 padding: 127 raw bytes become the 128 bytes of four leaves. After every 254 bits,
 * little-endian, come two zero bits.
 */
final class Fr32 {

  /** Raw bytes of a quad, which is four leaves. */
  static final int RAW = 127;

  private static final int LEAVES = 4;
  private static final int LEAF_WORDS = CommP.SIZE / Integer.BYTES;

  /** Clears the two top bits of a leaf or node in its last byte. */
  static final byte LAST_BYTE = 0x3f;

  private static final int LAST_WORD = 0x3fffffff;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Fr32() {}

  /** Spreads the 127 bytes at {@code offset} over the 128 of {@code leaves}. */
  static void spread(byte[] raw, int offset, byte[] leaves) {
    for (int leaf = 0; leaf < LEAVES; leaf++) {
      for (int word = 0; word < LEAF_WORDS; word++) {
        INT.set(leaves, leaf * CommP.SIZE + word * Integer.BYTES, word(raw, offset, leaf, word));
      }
    }
  }

  /**
   * Writes one leaf of the 127 bytes at {@code offset} as SHA-256 wants it: eight big-endian words,
   * from {@code at} on, {@code step} apart.
   */
  static void leaf(byte[] raw, int offset, int leaf, int[] to, int at, int step) {
    if (leaf == 0) {
      for (int word = 0; word < LEAF_WORDS - 1; word++) {
        int bits = (int) INT.get(raw, offset + word * Integer.BYTES);
        to[at + word * step] = Integer.reverseBytes(bits);
      }
    } else {
      int shift = shift(leaf);
      int from = offset + leaf * CommP.SIZE - 1;
      for (int word = 0; word < LEAF_WORDS - 1; word++) {
        long bits = (long) LONG.get(raw, from + word * Integer.BYTES);
        to[at + word * step] = Integer.reverseBytes((int) (bits >>> shift));
      }
    }
    to[at + (LEAF_WORDS - 1) * step] =
        Integer.reverseBytes(word(raw, offset, leaf, LEAF_WORDS - 1));
  }

  /** One little-endian word of a leaf. */
  private static int word(byte[] raw, int offset, int leaf, int word) {
    int at = offset + leaf * CommP.SIZE + word * Integer.BYTES - 1;
    int bits;
    if (leaf == 0) {
      bits = (int) INT.get(raw, at + 1);
    } else if (leaf == LEAVES - 1 && word == LEAF_WORDS - 1) {
      bits = (int) INT.get(raw, at) >>> shift(leaf);
    } else {
      bits = (int) ((long) LONG.get(raw, at) >>> shift(leaf));
    }
    return word == LEAF_WORDS - 1 ? bits & LAST_WORD : bits;
  }

  /**
   * The bit at which a leaf begins in a byte: each leaf before it took two bits less than it has
   * room for.
   */
  private static int shift(int leaf) {
    return Byte.SIZE - 2 * leaf;
  }
}
