package io.filcdn.common.credit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * An amount of credit, in bytes or byte-seconds: never negative, a decimal text in JSON. Larger
 * than a {@code long}, as a TiB that is kept for four months is 2⁶³ byte-seconds.
 *
 * @param units below 10³⁶
 */
public record CreditAmount(BigInteger units) implements Comparable<CreditAmount> {

  private static final int MOST_DIGITS = 36;
  private static final BigInteger END = BigInteger.TEN.pow(MOST_DIGITS);
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1," + MOST_DIGITS + "}");

  public static final CreditAmount ZERO = new CreditAmount(BigInteger.ZERO);

  public CreditAmount {
    if (units.signum() < 0 || units.compareTo(END) >= 0) {
      throw new IllegalArgumentException(
          "expected an amount of 0 to 10^%d - 1, found one of %d digits%s"
              .formatted(
                  MOST_DIGITS,
                  units.abs().toString().length(),
                  units.signum() < 0 ? " below 0" : ""));
    }
  }

  public static CreditAmount of(long units) {
    return new CreditAmount(BigInteger.valueOf(units));
  }

  /**
   * Reads decimal digits.
   *
   * @throws IllegalArgumentException where the text is anything else, or more than 36 of them
   */
  @JsonCreator
  public static CreditAmount of(String text) {
    if (!DIGITS.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "expected an amount of 1 to %d decimal digits, found another text"
              .formatted(MOST_DIGITS));
    }
    return new CreditAmount(new BigInteger(text));
  }

  /**
   * The sum.
   *
   * @throws IllegalArgumentException where it is 10³⁶ or more
   */
  public CreditAmount plus(CreditAmount other) {
    return new CreditAmount(units.add(other.units));
  }

  /**
   * The difference.
   *
   * @throws IllegalArgumentException where {@code other} is larger
   */
  public CreditAmount minus(CreditAmount other) {
    return new CreditAmount(units.subtract(other.units));
  }

  /** The smaller of the two. */
  public CreditAmount min(CreditAmount other) {
    return compareTo(other) <= 0 ? this : other;
  }

  public boolean isZero() {
    return units.signum() == 0;
  }

  @Override
  public int compareTo(CreditAmount other) {
    return units.compareTo(other.units);
  }

  @JsonValue
  @Override
  public String toString() {
    return units.toString();
  }
}
