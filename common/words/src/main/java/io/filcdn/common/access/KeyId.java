package io.filcdn.common.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * The public name of a key, by which it is looked up: it is in logs and lists, and opens nothing.
 *
 * @param text 12 letters and digits
 */
public record KeyId(String text) {

  private static final int LENGTH = 12;
  private static final Pattern FORM = Pattern.compile("[0-9A-Za-z]{12}");

  public KeyId {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("expected a key's id of 12 letters and digits");
    }
  }

  /**
   * Reads an id.
   *
   * @throws IllegalArgumentException where the text is none; the message does not show it, as it
   *     may be a whole key
   */
  @JsonCreator
  public static KeyId of(String text) {
    return new KeyId(text);
  }

  /** A new id; that it is nobody's yet is for a table to say. */
  public static KeyId random(SecureRandom random) {
    return new KeyId(Base62.random(random, LENGTH));
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
