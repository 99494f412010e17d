package io.filcdn.common.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** A kind of request that a key is for. */
public enum KeyScope {
  /** Fetching pieces. */
  DOWNLOAD,
  /** Storing pieces, at gateways that ask. */
  UPLOAD,
  /** Keeping pieces, at gateways that ask. */
  PIN,
  /** Making, rotating and revoking keys of the same payer. */
  ADMIN;

  /**
   * Reads a scope.
   *
   * @throws IllegalArgumentException where there is none of this name
   */
  @JsonCreator
  public static KeyScope of(String text) {
    return Arrays.stream(values())
        .filter(scope -> scope.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a scope of download, upload, pin, admin, found another"));
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
