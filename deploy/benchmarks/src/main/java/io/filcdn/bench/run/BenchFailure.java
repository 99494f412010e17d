package io.filcdn.bench.run;

/** A benchmark cannot be run; the message says in one line what to do. */
public final class BenchFailure extends RuntimeException {

  public BenchFailure(String message) {
    super(message);
  }

  public BenchFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
