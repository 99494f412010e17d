package io.filcdn.common.credit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** A kind of credit; an account has a balance of each, and none pays for another. */
public enum CreditKind {
  /** Bytes that are sent to clients. */
  DOWNLOAD_BYTES("downloadBytes"),
  /** Bytes that are stored anew. */
  UPLOAD_BYTES("uploadBytes"),
  /** Bytes that are kept, times the seconds for which they are. */
  PIN_BYTE_SECONDS("pinByteSeconds");

  private final String text;

  CreditKind(String text) {
    this.text = text;
  }

  /**
   * Reads a kind.
   *
   * @throws IllegalArgumentException where there is none of this name
   */
  @JsonCreator
  public static CreditKind of(String text) {
    return Arrays.stream(values())
        .filter(kind -> kind.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a kind of downloadBytes, uploadBytes, pinByteSeconds, found"
                        + " another"));
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
