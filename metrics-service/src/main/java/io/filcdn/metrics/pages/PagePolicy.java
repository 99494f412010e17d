package io.filcdn.metrics.pages;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Content-Security-Policy of the pages: scripts, styles and calls of this service alone, and
 * nothing inline. Where the operator told the URL of pieces, a visitor may also have a piece
 * fetched and shown, as image, sound or video, from the origins that the URL can be of.
 */
final class PagePolicy {

  private static final Pattern AUTHORITY =
      Pattern.compile("(?<scheme>https?)://(?<host>[^/:?#]+)(?<port>:[0-9]{1,5})?(?:[/?#].*)?");

  /** The part behind the last label that depends on payer or piece. */
  private static final Pattern BEHIND = Pattern.compile(".*\\{[A-Za-z]+}[^.]*\\.(?<behind>.+)");

  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*");

  private PagePolicy() {}

  /**
   * The policy where pieces are fetched at a URL.
   *
   * @param pieceUrl with {@code {payer}} and {@code {pieceCid}} in it
   */
  static String of(Optional<String> pieceUrl) {
    Optional<String> origin = pieceUrl.flatMap(PagePolicy::origin);
    String pieces = origin.map(" "::concat).orElse("");
    return "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
        + (" img-src 'self' data:" + pieces + ";")
        + (" media-src " + origin.orElse("'none'") + ";")
        + (" connect-src 'self'" + pieces + ";")
        + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  }

  /**
   * The origin of pieces as policies have it, {@code *.} in front where it differs by payer or
   * piece; empty where a host of them can be any.
   */
  static Optional<String> origin(String pieceUrl) {
    Matcher url = AUTHORITY.matcher(pieceUrl);
    if (!url.matches()) {
      return Optional.empty();
    }
    String host = url.group("host");
    Matcher varying = BEHIND.matcher(host);
    String fixed = varying.matches() ? varying.group("behind") : host;
    String port = Optional.ofNullable(url.group("port")).orElse("");
    return Optional.of(fixed)
        .filter(name -> HOST.matcher(name).matches())
        .map(name -> url.group("scheme") + "://" + (varying.matches() ? "*." : "") + name + port);
  }
}
