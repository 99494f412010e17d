package io.filcdn.testing.process;

import java.util.Objects;

/**
 * A failure that says in one line why a stack cannot do what was asked, and what a person can do
 * about it.
 */
public final class StackFailure extends RuntimeException {

  public StackFailure(String message) {
    super(message);
  }

  public StackFailure(String message, Throwable cause) {
    super(message, cause);
  }

  /** The one line. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
