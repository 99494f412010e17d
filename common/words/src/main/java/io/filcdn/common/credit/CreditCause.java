package io.filcdn.common.credit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** The cause of an entry. */
public enum CreditCause {
  /** Credit was given. */
  GRANT,
  /** A reservation was made. */
  RESERVE,
  /** A reservation was used, or what of it was not used came back. */
  COMMIT,
  /** A reservation was given up. */
  VOID,
  /** A reservation's time was over. */
  TIMEOUT,
  /** A grant's time was over. */
  EXPIRY,
  /** A grant was taken back. */
  REVOCATION,
  /** A grant was paid back. */
  REFUND,
  /** The index has told of what a payer stores. */
  INDEX;

  /**
   * Reads a cause.
   *
   * @throws IllegalArgumentException where there is none of this name
   */
  @JsonCreator
  public static CreditCause of(String text) {
    return Arrays.stream(values())
        .filter(cause -> cause.toString().equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected a cause, found another text"));
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
