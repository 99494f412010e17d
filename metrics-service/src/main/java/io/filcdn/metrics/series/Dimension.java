package io.filcdn.metrics.series;

import java.util.Locale;

/** The dimension that a series tells values of apart; never two of them at once. */
public enum Dimension {
  /** All that was served; its one value is {@code all}. */
  TOTAL,
  DATA_SET,
  PAYER,
  PROVIDER,
  COUNTRY,
  EDGE,
  /** The source of bytes: hit, miss or collapsed. */
  OUTCOME;

  /**
   * The dimension of that name.
   *
   * @throws IllegalArgumentException where there is none
   */
  public static Dimension of(String text) {
    for (Dimension dimension : values()) {
      if (dimension.toString().equals(text)) {
        return dimension;
      }
    }
    throw new IllegalArgumentException(
        "expected a dimension such as data-set or country, found \"%s\"".formatted(text));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
