package io.filcdn.bench.retrieval;

import java.io.InputStream;
import java.util.SplittableRandom;

/** Bytes that depend on nothing but a seed, as many as are wanted. */
final class RandomBytes extends InputStream {

  private final SplittableRandom random;
  private long left;

  RandomBytes(long size, long seed) {
    this.random = new SplittableRandom(seed);
    this.left = size;
  }

  @Override
  public int read() {
    if (left == 0) {
      return -1;
    }
    left--;
    return random.nextInt(256);
  }

  @Override
  public int read(byte[] to, int offset, int length) {
    if (left == 0) {
      return -1;
    }
    byte[] bytes = new byte[(int) Math.min(length, left)];
    random.nextBytes(bytes);
    System.arraycopy(bytes, 0, to, offset, bytes.length);
    left -= bytes.length;
    return bytes.length;
  }
}
