package io.filcdn.settlement.model;

import com.fasterxml.jackson.annotation.JsonValue;

/** An amount of gas: of execution, not of money. */
public record Gas(@JsonValue long units) implements Comparable<Gas> {

  public Gas {
    if (units <= 0) {
      throw new IllegalArgumentException("expected gas above 0, found " + units);
    }
  }

  /**
   * This much and {@code percent} more, rounded up.
   *
   * @throws ArithmeticException where it exceeds 2⁶³ − 1
   */
  public Gas plusPercent(int percent) {
    return new Gas(Math.addExact(units, Math.ceilDiv(Math.multiplyExact(units, percent), 100)));
  }

  /**
   * This much and {@code more} units.
   *
   * @throws ArithmeticException where it exceeds 2⁶³ − 1
   */
  public Gas plus(long more) {
    return new Gas(Math.addExact(units, more));
  }

  @Override
  public int compareTo(Gas other) {
    return Long.compare(units, other.units);
  }

  @Override
  public String toString() {
    return Long.toString(units);
  }
}
