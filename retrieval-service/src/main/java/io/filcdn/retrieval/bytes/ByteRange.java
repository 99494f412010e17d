package io.filcdn.retrieval.bytes;

/**
 * Bytes of a piece, from {@code start} to before {@code end}.
 *
 * @param start from 0
 * @param end at least {@code start}
 */
public record ByteRange(long start, long end) {

  public ByteRange {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException(
          "expected 0 <= start <= end, found %d and %d".formatted(start, end));
    }
  }

  public long length() {
    return end - start;
  }
}
