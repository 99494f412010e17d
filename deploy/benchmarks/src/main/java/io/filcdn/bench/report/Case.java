package io.filcdn.bench.report;

/**
 * One thing that was measured.
 *
 * @param name what it is
 * @param value what we reach
 * @param unit of value and reference
 * @param reference what the other reaches, or the bound that was asked for
 * @param better which way is better
 */
public record Case(String name, double value, String unit, double reference, Better better) {

  /** Which of two values is the better one. */
  public enum Better {
    MORE,
    LESS
  }

  /** How many times better we are: above 1 where we are better. */
  public double ratio() {
    return switch (better) {
      case MORE -> value / reference;
      case LESS -> reference / value;
    };
  }
}
