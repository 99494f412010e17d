package io.filcdn.retrieval.origin;

import java.math.BigInteger;
import java.net.IDN;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A provider's URL, from the chain or from a redirect, read as browsers read URLs (the WHATWG URL
 * standard): backslashes are slashes, what RFC 3986 forbids in a path or query is percent-encoded,
 * names of other scripts become Punycode. What no socket can be opened to is none.
 *
 * @param tls whether to speak TLS
 * @param host in lower case and ASCII, without a trailing dot; an IPv6 address is in brackets
 * @param port from 1 to 65535
 * @param path percent-encoded, from its slash on, without dot segments
 * @param query percent-encoded, with its question mark; empty where there is none
 */
record OriginUrl(boolean tls, String host, int port, String path, String query) {

  /** Bounds of a service URL and of a Location: signed ones are long. */
  private static final int MAX_SERVICE_URL = 2_048;

  private static final int MAX_LOCATION = 8_192;
  private static final int MAX_HOST = 253;

  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):");
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*", Pattern.CASE_INSENSITIVE);
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]{2,45}]");
  private static final Pattern AUTHORITY =
      Pattern.compile("(?<host>\\[[^]]*]|[^:]*)(?::(?<port>\\d{0,100}))?");

  /**
   * Beside letters and digits; RFC 3986 allows no more in a path, and the question mark in a query.
   */
  private static final String ALLOWED = "-._~!$&'()*+,;=:@/%";

  /**
   * Reads a service URL.
   *
   * @throws IllegalArgumentException where it leads nowhere; the message says what was expected
   */
  static OriginUrl parse(String text) {
    OriginUrl url = read(bounded(text, MAX_SERVICE_URL), null);
    String path = url.path.replaceAll("/{2,}", "/");
    return new OriginUrl(url.tls, url.host, url.port, path, url.query).within(MAX_SERVICE_URL);
  }

  /**
   * The URL that a redirect from here leads to.
   *
   * @throws IllegalArgumentException where that is nowhere; the message says what was expected
   */
  OriginUrl resolve(String location) {
    return read(bounded(location, MAX_LOCATION), this).within(MAX_LOCATION);
  }

  /** The URL of what lies below this one. */
  OriginUrl below(String name) {
    String folder = path.endsWith("/") ? path : path + "/";
    return new OriginUrl(tls, host, port, folder + name, query);
  }

  /** Path and query: what a request names. */
  String target() {
    return path + query;
  }

  private static String bounded(String text, int most) {
    if (text.length() > most) {
      throw new IllegalArgumentException(
          "expected a URL of at most %d characters, found %d".formatted(most, text.length()));
    }
    return text.replaceAll("^[\\x00-\\x20]+|[\\x00-\\x20]+$|[\\t\\r\\n]", "");
  }

  private OriginUrl within(int most) {
    if (target().length() > most) {
      throw new IllegalArgumentException(
          "expected a path and query of at most %d characters, found %d"
              .formatted(most, target().length()));
    }
    return this;
  }

  private static OriginUrl read(String text, @Nullable OriginUrl base) {
    int fragment = text.indexOf('#');
    String whole = fragment < 0 ? text : text.substring(0, fragment);
    int mark = whole.indexOf('?');
    String query = mark < 0 ? "" : "?" + encoded(whole.substring(mark + 1), ALLOWED + "?");
    String rest = (mark < 0 ? whole : whole.substring(0, mark)).replace('\\', '/');
    Matcher scheme = SCHEME.matcher(rest);
    if (scheme.lookingAt()) {
      boolean tls = isTls(scheme.group(1));
      rest = rest.substring(scheme.end());
      if (base == null || tls != base.tls || rest.startsWith("//")) {
        return absolute(tls, rest, query);
      }
    }
    if (base == null) {
      throw new IllegalArgumentException(
          "expected http or https, found \"%s\"".formatted(shown(text)));
    }
    if (rest.startsWith("//")) {
      return absolute(base.tls, rest, query);
    }
    String folder = base.path.substring(0, base.path.lastIndexOf('/') + 1);
    String path = rest.isEmpty() ? base.path : normal(rest.startsWith("/") ? rest : folder + rest);
    return new OriginUrl(
        base.tls, base.host, base.port, path, rest.isEmpty() && mark < 0 ? base.query : query);
  }

  private static boolean isTls(String scheme) {
    return switch (scheme.toLowerCase(Locale.ROOT)) {
      case "https" -> true;
      case "http" -> false;
      default ->
          throw new IllegalArgumentException(
              "expected http or https, found \"%s\"".formatted(shown(scheme)));
    };
  }

  private static OriginUrl absolute(boolean tls, String text, String query) {
    String rest = text.replaceFirst("^/+", "");
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    Matcher parts = AUTHORITY.matcher(authority);
    // a user before the host is a trick to look like another host
    if (!parts.matches() || authority.contains("@")) {
      throw new IllegalArgumentException(
          "expected a host, perhaps a port, and no user, found \"%s\"".formatted(shown(authority)));
    }
    return new OriginUrl(
        tls,
        host(parts.group("host")),
        port(parts.group("port"), tls),
        slash < 0 ? "/" : normal(rest.substring(slash)),
        query);
  }

  private static int port(@Nullable String digits, boolean tls) {
    if (digits == null || digits.isEmpty()) {
      return tls ? 443 : 80;
    }
    BigInteger port = new BigInteger(digits);
    if (port.signum() == 0 || port.bitLength() > 16) {
      throw new IllegalArgumentException("expected a port from 1 to 65535, found " + port);
    }
    return port.intValueExact();
  }

  private static String host(String text) {
    if (IPV6.matcher(text).matches()) {
      return text.toLowerCase(Locale.ROOT);
    }
    String name = ascii(text);
    if (name.length() > MAX_HOST || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "expected the name or address of a host, found \"%s\"".formatted(shown(text)));
    }
    return name;
  }

  /** A name in lower case and ASCII; empty where it cannot be. */
  private static String ascii(String text) {
    try {
      // a plus is no space in a host
      String name = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
      String rooted = name.replaceFirst("[.\\u3002]$", "");
      return IDN.toASCII(rooted, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static String normal(String path) {
    ArrayDeque<String> kept = new ArrayDeque<>();
    String[] segments = encoded(path, ALLOWED).substring(1).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      String plain = segments[i].replaceAll("%2[eE]", ".");
      boolean dots = plain.equals(".") || plain.equals("..");
      if (plain.equals("..")) {
        kept.pollLast();
      }
      if (!dots) {
        kept.add(segments[i]);
      } else if (i == segments.length - 1) {
        kept.add("");
      }
    }
    return "/" + String.join("/", kept);
  }

  private static String encoded(String text, String allowed) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (letter || allowed.indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append("%%%02X".formatted((int) c));
      }
    }
    return encoded.toString();
  }

  static String shown(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "…" : text;
  }
}
