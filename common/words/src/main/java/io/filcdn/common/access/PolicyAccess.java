package io.filcdn.common.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** The credential that a policy asks of who fetches. */
public enum PolicyAccess {
  /** None. */
  PUBLIC,
  /** A key of the payer. */
  KEYS,
  /** A token that the policy's delegate signed. */
  SIGNED;

  /**
   * Reads an access.
   *
   * @throws IllegalArgumentException where there is none of this name
   */
  @JsonCreator
  public static PolicyAccess of(String text) {
    return Arrays.stream(values())
        .filter(access -> access.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected an access of public, keys, signed, found another"));
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
