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

  public Epoch plus(long epochs) {
    return new Epoch(Math.addExact(value, epochs));
  }

  public boolean isBefore(Epoch other) {
    return value < other.value;
  }

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
