package io.filcdn.common.proof;

import io.filcdn.common.piece.CommP;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** All nodes of a small piece's tree, computed as the specification puts it: bit by bit. */
final class ReferenceTree {

  private final byte[][][] levels;

  ReferenceTree(byte[] raw, int height) {
    this.levels = new byte[height + 1][][];
    byte[][] nodes = new byte[1 << height][CommP.SIZE];
    for (int bit = 0; bit < raw.length * Byte.SIZE; bit++) {
      if ((raw[bit / 8] >>> bit % 8 & 1) != 0) {
        int inLeaf = bit % 254;
        nodes[bit / 254][inLeaf / 8] |= (byte) (1 << inLeaf % 8);
      }
    }
    levels[0] = nodes;
    for (int level = 1; level <= height; level++) {
      byte[][] above = new byte[nodes.length / 2][];
      for (int i = 0; i < above.length; i++) {
        above[i] = hash(nodes[2 * i], nodes[2 * i + 1]);
      }
      nodes = above;
      levels[level] = nodes;
    }
  }

  CommP node(int level, long index) {
    return CommP.of(levels[level][(int) index], 0);
  }

  CommP root() {
    return node(levels.length - 1, 0);
  }

  private static byte[] hash(byte[] left, byte[] right) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(left);
      byte[] node = sha256.digest(right);
      node[31] &= 0x3f;
      return node;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
