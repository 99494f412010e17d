package io.filcdn.common.payment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The id of a data set: its number is unique only within the contract that gave it. Its text is
 * {@code generation/number}, as in {@code fwss/12}.
 */
public record DataSetId(Generation generation, long number) implements Comparable<DataSetId> {

  public DataSetId {
    if (number < 0) {
      throw new IllegalArgumentException(
          "expected a data set number of at least 0, found " + number);
    }
  }

  /**
   * Reads {@code generation/number}.
   *
   * @throws IllegalArgumentException where the text has another form
   */
  @JsonCreator
  public static DataSetId of(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "expected a data set id like fwss/12, found \"%s\"".formatted(text));
    }
    return new DataSetId(
        Generation.of(text.substring(0, slash)),
        Decimal.parse(text.substring(slash + 1), "a data set number"));
  }

  /**
   * Reads what an API takes: {@code generation/number}, or a bare number of {@code current}.
   *
   * @throws IllegalArgumentException where the text has neither form
   */
  public static DataSetId of(String text, Generation current) {
    return text.indexOf('/') >= 0
        ? of(text)
        : new DataSetId(current, Decimal.parse(text, "a data set number"));
  }

  @Override
  public int compareTo(DataSetId other) {
    int byGeneration = generation.compareTo(other.generation);
    return byGeneration != 0 ? byGeneration : Long.compare(number, other.number);
  }

  @JsonValue
  @Override
  public String toString() {
    return generation + "/" + number;
  }
}
