package io.filcdn.retrieval.media;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The name of a file, such as a client may save a piece under. Whoever gave it, it is one line, at
 * most {@value #LONGEST} UTF-16 units long, leads into no other folder, and shows as it is: what is
 * a control character, one that turns the direction of text, half a character or a slash stands as
 * {@code _}.
 */
public final class FileName {

  /** The length of the longest name, in UTF-16 units. */
  public static final int LONGEST = 255;

  /**
   * The characters that a quoted string may hold beside letters and digits, and all readers take.
   */
  private static final String QUOTABLE = " !#$&'()+,-.;=@[]^_`{}~";

  private final String name;

  private FileName(String name) {
    this.name = name;
  }

  /** The name that a text gives; empty where there is none in it, or it is too long. */
  public static Optional<FileName> of(String text) {
    if (text.isBlank() || text.length() > LONGEST) {
      return Optional.empty();
    }
    StringBuilder name = new StringBuilder(text.length());
    text.codePoints().map(c -> isPlain(c) ? c : '_').forEach(name::appendCodePoint);
    String cleaned = name.toString().strip();
    return cleaned.equals(".") || cleaned.equals("..")
        ? Optional.empty()
        : Optional.of(new FileName(cleaned));
  }

  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> c != '/' && c != '\\';
    };
  }

  /** The text behind the last dot, in lower case; empty where there is none. */
  public String extension() {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /**
   * The name as parameters of {@code Content-Disposition} (RFC 6266): one for readers of ASCII
   * alone, and one that has every character (RFC 8187).
   */
  String parameters() {
    StringBuilder ascii = new StringBuilder(name.length());
    name.codePoints().map(c -> isQuotable(c) ? c : '_').forEach(ascii::appendCodePoint);
    String encoded =
        URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
    return "filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
  }

  private static boolean isQuotable(int c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || QUOTABLE.indexOf(c) >= 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileName that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
