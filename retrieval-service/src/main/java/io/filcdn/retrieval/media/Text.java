package io.filcdn.retrieval.media;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Text: first bytes of which none is one that the WHATWG MIME Sniffing standard calls binary. The
 * charset is told where it is UTF-8 or UTF-16; of other text browsers make a better guess.
 */
final class Text {

  private static final String UTF_8_TOLD = "; charset=utf-8";

  /** The tags that the standard takes for the beginning of an HTML document. */
  private static final Set<String> HTML_TAGS =
      Set.of(
          "!doctype html",
          "a",
          "b",
          "body",
          "br",
          "div",
          "font",
          "h1",
          "head",
          "html",
          "iframe",
          "p",
          "script",
          "style",
          "table",
          "title");

  private static final int LONGEST_TAG = "!doctype html".length();
  private static final Pattern META_CHARSET =
      Pattern.compile("(?i)<meta[^>]{1,200}charset\\s*=\\s*[\"']?([\\w-]+)");

  private Text() {}

  /** The type of text that begins with {@code first}; empty where it is no text. */
  static Optional<String> typeOf(byte[] first) {
    return isUtf16(first)
        ? Optional.of("text/plain; charset=utf-16")
        : isBinary(first) ? Optional.empty() : Optional.of(of8Bits(first));
  }

  /** True where a byte is none that text has: a control character that is no blank or escape. */
  static boolean isBinary(byte[] bytes) {
    for (byte b : bytes) {
      if (b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\f' && b != '\r' && b != 0x1b) {
        return true;
      }
    }
    return false;
  }

  /** True where a mark tells the order of bytes, and no character is a control character. */
  private static boolean isUtf16(byte[] first) {
    if (first.length < 2) {
      return false;
    }
    boolean littleEndian = first[0] == (byte) 0xff && first[1] == (byte) 0xfe;
    boolean bigEndian = first[0] == (byte) 0xfe && first[1] == (byte) 0xff;
    return (littleEndian || bigEndian)
        && decode(first, littleEndian ? UTF_16LE : UTF_16BE)
            .filter(text -> text.chars().noneMatch(c -> Character.isISOControl(c) && c > '\r'))
            .isPresent();
  }

  private static String of8Bits(byte[] first) {
    Optional<String> decoded = decode(first, UTF_8);
    String charset = decoded.isPresent() ? UTF_8_TOLD : "";
    String text = decoded.orElseGet(() -> new String(first, ISO_8859_1));
    String start = (text.startsWith("\ufeff") ? text.substring(1) : text).stripLeading();
    boolean cut = first.length == ContentType.SNIFFED;
    if (isHtml(start, cut)) {
      return html(start, charset);
    }
    return Markup.typeOf(start, cut)
        .or(() -> decoded.isPresent() ? Json.typeOf(start, cut) : Optional.empty())
        .or(() -> marked(start, charset))
        .orElse("text/plain" + charset);
  }

  /** A form of text that begins with a word of its own. */
  private static Optional<String> marked(String start, String charset) {
    if (start.startsWith("WEBVTT")) {
      return Optional.of("text/vtt" + charset);
    } else if (start.startsWith("#EXTM3U")) {
      return Optional.of("application/vnd.apple.mpegurl");
    } else if (start.startsWith("BEGIN:VCARD")) {
      return Optional.of("text/vcard" + charset);
    }
    return start.startsWith("BEGIN:VCALENDAR")
        ? Optional.of("text/calendar" + charset)
        : Optional.empty();
  }

  private static boolean isHtml(String start, boolean cut) {
    return isHtmlTag(withoutComments(start))
        // the standard takes a comment for the beginning of HTML
        || start.startsWith("<!--") && Markup.typeOf(start, cut).isEmpty();
  }

  private static String withoutComments(String start) {
    String markup = start;
    for (int end = 0; end >= 0 && markup.startsWith("<!--"); ) {
      end = markup.indexOf("-->", "<!--".length());
      markup = end < 0 ? markup : markup.substring(end + "-->".length()).stripLeading();
    }
    return markup;
  }

  private static boolean isHtmlTag(String markup) {
    if (!markup.startsWith("<")) {
      return false;
    }
    String tag =
        markup.substring(1, Math.min(markup.length(), LONGEST_TAG + 2)).toLowerCase(Locale.ROOT);
    return HTML_TAGS.stream().anyMatch(name -> tag.startsWith(name) && endsTag(tag, name.length()));
  }

  private static boolean endsTag(String tag, int at) {
    return at < tag.length() && (tag.charAt(at) == '>' || Character.isWhitespace(tag.charAt(at)));
  }

  /** A page that names its charset is believed; of others the name that browsers would guess. */
  private static String html(String start, String charset) {
    var meta = META_CHARSET.matcher(start);
    boolean other = meta.find() && !meta.group(1).equalsIgnoreCase("utf-8");
    if (other) {
      return "text/html";
    }
    return "text/html" + (charset.isEmpty() ? "; charset=windows-1252" : charset);
  }

  /** The text, without a last character that is cut; empty where the bytes are not of a charset. */
  private static Optional<String> decode(byte[] bytes, Charset charset) {
    CharBuffer text = CharBuffer.allocate(bytes.length);
    boolean malformed =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .decode(ByteBuffer.wrap(bytes), text, false)
            .isError();
    return malformed ? Optional.empty() : Optional.of(text.flip().toString());
  }
}
