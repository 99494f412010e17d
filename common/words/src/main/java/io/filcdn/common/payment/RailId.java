package io.filcdn.common.payment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The id of a rail of the Filecoin Pay contract that its data set's generation uses. In JSON it is
 * a decimal text.
 */
public record RailId(long number) implements Comparable<RailId> {

  public RailId {
    if (number < 0) {
      throw new IllegalArgumentException("expected a rail number of at least 0, found " + number);
    }
  }

  /**
   * Reads a decimal number.
   *
   * @throws IllegalArgumentException where the text is anything else
   */
  @JsonCreator
  public static RailId of(String text) {
    return new RailId(Decimal.parse(text, "a rail number"));
  }

  @Override
  public int compareTo(RailId other) {
    return Long.compare(number, other.number);
  }

  @JsonValue
  @Override
  public String toString() {
    return Long.toString(number);
  }
}
