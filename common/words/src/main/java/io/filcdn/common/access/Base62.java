package io.filcdn.common.access;

import java.security.SecureRandom;

/** Numbers and random texts in letters and digits, which a double click selects as one word. */
public final class Base62 {

  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  /** Digits of which random ones have 256 bits: 43 × log₂ 62 = 256.03. */
  public static final int SECRET_LENGTH = 43;

  private Base62() {}

  /** Independent random digits, 5.95 bits each. */
  public static String random(SecureRandom random, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
    return text.toString();
  }

  /**
   * A number with leading zeros.
   *
   * @throws IllegalArgumentException where it is negative, or has more digits
   */
  static String of(long value, int length) {
    char[] text = new char[length];
    long rest = value;
    for (int i = length - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt(Math.floorMod(rest, DIGITS.length()));
      rest /= DIGITS.length();
    }
    if (value < 0 || rest != 0) {
      throw new IllegalArgumentException(
          "expected a number of at most %d digits, found %d".formatted(length, value));
    }
    return new String(text);
  }
}
