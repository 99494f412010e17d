package io.filcdn.service.start;

import java.util.Objects;

/**
 * A setting that a service cannot start with, now or later; the message is one line that says what
 * to do.
 */
public final class UnusableSettingException extends RuntimeException {

  public UnusableSettingException(String message) {
    super(message);
  }

  /** The one line. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
