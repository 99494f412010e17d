package io.filcdn.retrieval.media;

/** The place where the first bytes of a piece end, though the piece may not. */
final class Cut {

  /** The number of characters that a word of JSON or a piece of markup can be cut within. */
  private static final int WORD = 16;

  private Cut() {}

  /** True where an error at {@code offset} of a text that begins so can come of the cut. */
  static boolean isAt(String start, long offset) {
    return offset >= start.length() - WORD;
  }
}
