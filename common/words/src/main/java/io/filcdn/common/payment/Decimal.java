package io.filcdn.common.payment;

/** Decimal numbers as written in ids: digits only, no sign, no leading zero. */
final class Decimal {

  private Decimal() {}

  static long parse(String text, String what) {
    boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || (text.length() > 1 && text.charAt(0) == '0')) {
      throw refused(text, what);
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw refused(text, what);
    }
  }

  private static IllegalArgumentException refused(String text, String what) {
    return new IllegalArgumentException(
        "expected %s (decimal, at most %d), found \"%s\""
            .formatted(what, Long.MAX_VALUE, text.length() > 100 ? text.substring(0, 100) : text));
  }
}
