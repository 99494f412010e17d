package io.filcdn.common.payment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The id of a piece within its data set: the number it was added under. In JSON it is a decimal
 * text.
 */
public record PieceId(long number) implements Comparable<PieceId> {

  public PieceId {
    if (number < 0) {
      throw new IllegalArgumentException("expected a piece number of at least 0, found " + number);
    }
  }

  /**
   * Reads a decimal number.
   *
   * @throws IllegalArgumentException where the text is anything else
   */
  @JsonCreator
  public static PieceId of(String text) {
    return new PieceId(Decimal.parse(text, "a piece number"));
  }

  @Override
  public int compareTo(PieceId other) {
    return Long.compare(number, other.number);
  }

  @JsonValue
  @Override
  public String toString() {
    return Long.toString(number);
  }
}
