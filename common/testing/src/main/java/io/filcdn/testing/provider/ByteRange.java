package io.filcdn.testing.provider;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The part of a piece that a {@code Range} header asks for (RFC 9110, section 14). */
sealed interface ByteRange {

  /** No range, or several, which a server may answer with the whole. */
  record Whole() implements ByteRange {}

  /** One range that the piece has bytes for; both ends belong to it. */
  record Part(long first, long last) implements ByteRange {

    long length() {
      return last - first + 1;
    }
  }

  /** A range that lies beyond the piece, or none that can be understood: 416. */
  record Unsatisfiable() implements ByteRange {}

  /** The one form of a range that is served: {@code bytes=first-last}, either end left out. */
  Pattern SINGLE = Pattern.compile("bytes=\\s*(\\d{0,18})\\s*-\\s*(\\d{0,18})\\s*");

  /**
   * Reads a header.
   *
   * @param header null where the request has none
   * @param size of the piece
   */
  static ByteRange of(@Nullable String header, long size) {
    if (header == null || (header.startsWith("bytes=") && header.indexOf(',') > 0)) {
      return new Whole();
    }
    Matcher single = SINGLE.matcher(header);
    if (!single.matches()) {
      return new Unsatisfiable();
    }
    String first = single.group(1);
    String last = single.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? new Unsatisfiable() : suffix(Long.parseLong(last), size);
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? size - 1 : Math.min(Long.parseLong(last), size - 1);
    boolean backwards = !last.isEmpty() && Long.parseLong(last) < from;
    return from >= size || backwards ? new Unsatisfiable() : new Part(from, to);
  }

  private static ByteRange suffix(long length, long size) {
    return length == 0 || size == 0
        ? new Unsatisfiable()
        : new Part(Math.max(0, size - length), size - 1);
  }
}
