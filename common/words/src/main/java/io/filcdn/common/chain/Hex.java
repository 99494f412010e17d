package io.filcdn.common.chain;

import java.util.Locale;

/** The {@code 0x…} spelling that addresses and hashes share. */
final class Hex {

  private Hex() {}

  /** Lower-cases {@code text}, or says what was expected of it. */
  static String normalise(String text, int bytes, String what) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (!isLowerCase(lower, bytes)) {
      throw new IllegalArgumentException(
          "expected %s (0x and %d hex digits), found \"%s\""
              .formatted(what, 2 * bytes, text.length() > 100 ? text.substring(0, 100) : text));
    }
    return lower;
  }

  static void requireLowerCase(String text, int bytes, String what) {
    if (!isLowerCase(text, bytes)) {
      throw new IllegalArgumentException(
          "expected %s (0x and %d lower-case hex digits), found \"%s\""
              .formatted(what, 2 * bytes, text));
    }
  }

  private static boolean isLowerCase(String text, int bytes) {
    if (text.length() != 2 + 2 * bytes || text.charAt(0) != '0' || text.charAt(1) != 'x') {
      return false;
    }
    for (int i = 2; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return true;
  }
}
