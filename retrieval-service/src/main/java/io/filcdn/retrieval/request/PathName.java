package io.filcdn.retrieval.request;

import java.util.HexFormat;

/**
 * A path in the form in which paths are compared: characters that need no percent-encoding are
 * without it (RFC 3986, 6.2.2), slashes are single, and there is none at the end. What is encoded
 * and needs to be stays as it is, so that it never becomes another path.
 */
final class PathName {

  private static final String UNRESERVED = "-._~";

  private PathName() {}

  /** The path that {@code path} spells. */
  static String of(String path) {
    return isPlain(path) ? path : plain(path);
  }

  private static boolean isPlain(String path) {
    return path.indexOf('%') < 0
        && !path.contains("//")
        && !(path.length() > 1 && path.endsWith("/"));
  }

  private static String plain(String path) {
    StringBuilder plain = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      int encoded = c == '%' ? unreserved(path, i) : -1;
      if (encoded >= 0) {
        plain.append((char) encoded);
        i += 2;
      } else if (c != '/' || plain.isEmpty() || plain.charAt(plain.length() - 1) != '/') {
        plain.append(c);
      }
    }
    if (plain.length() > 1 && plain.charAt(plain.length() - 1) == '/') {
      plain.setLength(plain.length() - 1);
    }
    return plain.toString();
  }

  /** The character that is encoded at {@code at}, where it need not be; else -1. */
  private static int unreserved(String path, int at) {
    if (at + 2 >= path.length()
        || !HexFormat.isHexDigit(path.charAt(at + 1))
        || !HexFormat.isHexDigit(path.charAt(at + 2))) {
      return -1;
    }
    int c = HexFormat.fromHexDigits(path, at + 1, at + 3);
    boolean isLetterOrDigit =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return isLetterOrDigit || UNRESERVED.indexOf(c) >= 0 ? c : -1;
  }
}
