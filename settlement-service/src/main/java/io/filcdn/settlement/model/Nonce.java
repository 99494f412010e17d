package io.filcdn.settlement.model;

import com.fasterxml.jackson.annotation.JsonValue;

/** The place of a transaction in its sender's sequence; each is spent once. */
public record Nonce(@JsonValue long value) implements Comparable<Nonce> {

  public Nonce {
    if (value < 0) {
      throw new IllegalArgumentException("expected a nonce of at least 0, found " + value);
    }
  }

  public Nonce next() {
    return new Nonce(Math.addExact(value, 1));
  }

  @Override
  public int compareTo(Nonce other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
