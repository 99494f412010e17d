package io.filcdn.retrieval.bytes;

import java.util.List;

/**
 * Ranges of a piece's bytes: at least one, in ascending order, and apart from each other.
 *
 * @param all each of them
 */
public record ByteRanges(List<ByteRange> all) {

  public ByteRanges {
    all = List.copyOf(all);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("expected a range at least, found none");
    }
    for (int i = 1; i < all.size(); i++) {
      if (all.get(i).start() <= all.get(i - 1).end()) {
        throw new IllegalArgumentException(
            "expected ascending ranges that are apart, found %s before %s"
                .formatted(all.get(i - 1), all.get(i)));
      }
    }
  }

  /** One range. */
  public static ByteRanges of(ByteRange one) {
    return new ByteRanges(List.of(one));
  }

  public boolean isOne() {
    return all.size() == 1;
  }

  public ByteRange first() {
    return all.getFirst();
  }

  /** The number of bytes in all of them. */
  public long length() {
    long length = 0;
    for (ByteRange each : all) {
      length += each.length();
    }
    return length;
  }

  /** The rest of them from {@code position} on, which lies within one of them. */
  public ByteRanges from(long position) {
    return new ByteRanges(
        all.stream()
            .filter(each -> each.end() > position)
            .map(each -> new ByteRange(Math.max(each.start(), position), each.end()))
            .toList());
  }
}
