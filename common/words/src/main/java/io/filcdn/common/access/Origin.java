package io.filcdn.common.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The origin of a web page (RFC 6454), as browsers send it in {@code Origin}: scheme, host and a
 * port that is not the scheme's own.
 */
public record Origin(String text) {

  private static final int LONGEST = 300;
  private static final int LAST_PORT = 65_535;

  private static final Pattern FORM =
      Pattern.compile(
          "(https?)://(?:[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:.]{2,45}\\])(?::([1-9][0-9]{0,4}))?");

  public Origin {
    if (!isOrigin(text)) {
      throw new IllegalArgumentException(
          "expected an origin as browsers send it, like https://app.example.com, in lower case and"
              + " without a path or the scheme's own port");
    }
  }

  /**
   * Reads an origin.
   *
   * @throws IllegalArgumentException where the text is none
   */
  @JsonCreator
  public static Origin of(String text) {
    return new Origin(text);
  }

  private static boolean isOrigin(String text) {
    Matcher parts = FORM.matcher(text);
    if (text.length() > LONGEST || !parts.matches()) {
      return false;
    }
    String port = parts.group(3);
    String usual = parts.group(1).equals("https") ? "443" : "80";
    return port == null || (!port.equals(usual) && Integer.parseInt(port) <= LAST_PORT);
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
