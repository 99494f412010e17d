package io.filcdn.common.chain;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A tick of a chain's clock, counted from its genesis: 30 seconds on Filecoin. */
public record Epoch(@JsonValue long value) implements Comparable<Epoch> {

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Epoch {
    if (value < 0) {
      throw new IllegalArgumentException("expected an epoch of at least 0, found " + value);
    }
  }

  /**
   * The epoch so many later.
   *
   * @throws ArithmeticException beyond 2⁶³-1
   */
  public Epoch plus(long epochs) {
    return new Epoch(Math.addExact(value, epochs));
  }

  /** True where it is earlier; false for the same. */
  public boolean isBefore(Epoch other) {
    return value < other.value;
  }

  /** True where it is later; false for the same. */
  public boolean isAfter(Epoch other) {
    return value > other.value;
  }

  @Override
  public int compareTo(Epoch other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
