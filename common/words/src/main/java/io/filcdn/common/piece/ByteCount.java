package io.filcdn.common.piece;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A number of bytes: never negative, checked against overflow, a decimal text in JSON. */
public record ByteCount(long bytes) implements Comparable<ByteCount> {

  public static final ByteCount ZERO = new ByteCount(0);

  public ByteCount {
    if (bytes < 0) {
      throw new IllegalArgumentException("expected a byte count of at least 0, found " + bytes);
    }
  }

  public static ByteCount of(long bytes) {
    return new ByteCount(bytes);
  }

  /**
   * Reads decimal digits.
   *
   * @throws IllegalArgumentException where the text is anything else, or more than 2⁶³ − 1
   */
  @JsonCreator
  public static ByteCount of(String text) {
    if (text.isEmpty() || text.length() > 19 || !isDecimal(text)) {
      throw refused(text);
    }
    try {
      return new ByteCount(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw refused(text);
    }
  }

  /**
   * The sum.
   *
   * @throws ArithmeticException where it exceeds 2⁶³ − 1
   */
  public ByteCount plus(ByteCount other) {
    return new ByteCount(Math.addExact(bytes, other.bytes));
  }

  /**
   * The difference.
   *
   * @throws IllegalArgumentException where {@code other} is larger
   */
  public ByteCount minus(ByteCount other) {
    return new ByteCount(bytes - other.bytes);
  }

  public boolean isZero() {
    return bytes == 0;
  }

  @Override
  public int compareTo(ByteCount other) {
    return Long.compare(bytes, other.bytes);
  }

  @JsonValue
  @Override
  public String toString() {
    return Long.toString(bytes);
  }

  /** A loop: metrics reads one of these for each row of egress. */
  private static boolean isDecimal(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "expected a byte count in decimal digits, found \"%s\""
            .formatted(text.length() > 100 ? text.substring(0, 100) : text));
  }
}
