package io.filcdn.bench.retrieval;

import java.io.InputStream;
import java.util.SplittableRandom;

/** Bytes that depend on nothing but a seed and their place, from any place on. */
final class RandomBytes extends InputStream {

  private static final int BLOCK = 64 << 10;

  private final long seed;
  private final long end;
  private final byte[] block = new byte[BLOCK];
  private long at;

  /** The bytes from 0 to {@code size}. */
  RandomBytes(long size, long seed) {
    this(0, size, seed);
  }

  /** The bytes from {@code start} to before {@code end}. */
  RandomBytes(long start, long end, long seed) {
    this.seed = seed;
    this.at = start;
    this.end = end;
    if (start % BLOCK != 0) {
      fill();
    }
  }

  private void fill() {
    new SplittableRandom(seed * 31 + at / BLOCK).nextBytes(block);
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] to, int offset, int length) {
    if (at == end) {
      return -1;
    }
    int from = (int) (at % BLOCK);
    if (from == 0) {
      fill();
    }
    int read = (int) Math.min(Math.min(length, BLOCK - from), end - at);
    System.arraycopy(block, from, to, offset, read);
    at += read;
    return read;
  }
}
