package io.filcdn.common.payment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigInteger;

/**
 * An amount of the payment token in its smallest unit (USDFC has 18 decimals). Never negative,
 * exact, and a decimal text in JSON.
 */
public record TokenAmount(BigInteger units) implements Comparable<TokenAmount> {

  public static final TokenAmount ZERO = new TokenAmount(BigInteger.ZERO);

  public TokenAmount {
    if (units.signum() < 0) {
      throw new IllegalArgumentException("expected an amount of at least 0, found " + units);
    }
    if (units.bitLength() > 256) {
      throw new IllegalArgumentException("expected an amount that fits uint256, found " + units);
    }
  }

  public static TokenAmount of(long units) {
    return new TokenAmount(BigInteger.valueOf(units));
  }

  /**
   * Reads decimal digits.
   *
   * @throws IllegalArgumentException where the text is anything else
   */
  @JsonCreator
  public static TokenAmount of(String text) {
    if (text.isEmpty() || text.length() > 78 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new IllegalArgumentException(
          "expected an amount in decimal digits, found \"%s\""
              .formatted(text.length() > 100 ? text.substring(0, 100) : text));
    }
    return new TokenAmount(new BigInteger(text));
  }

  public TokenAmount plus(TokenAmount other) {
    return new TokenAmount(units.add(other.units));
  }

  /**
   * The difference.
   *
   * @throws IllegalArgumentException where {@code other} is larger
   */
  public TokenAmount minus(TokenAmount other) {
    return new TokenAmount(units.subtract(other.units));
  }

  @Override
  public int compareTo(TokenAmount other) {
    return units.compareTo(other.units);
  }

  @JsonValue
  @Override
  public String toString() {
    return units.toString();
  }
}
