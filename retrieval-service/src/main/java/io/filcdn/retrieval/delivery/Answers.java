package io.filcdn.retrieval.delivery;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.media.PieceLabel;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.RateLimit;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.service.problem.HttpProblem;
import io.filcdn.wallet.CurioToken;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** Answers that need no byte of a piece, and the heads of those that do. */
public final class Answers {

  // names are in lower case, as HTTP/2 wants them: others are rewritten for each response
  private static final CharSequence X_ERROR_CODE = new AsciiString("x-error-code");
  static final CharSequence CSP = new AsciiString("content-security-policy");
  static final CharSequence CONTENT_TYPE_OPTIONS = new AsciiString("x-content-type-options");
  private static final CharSequence X_DATA_SET_ID = new AsciiString("x-data-set-id");
  static final CharSequence ALLOW_ORIGIN = new AsciiString("access-control-allow-origin");
  static final CharSequence EXPOSE = new AsciiString("access-control-expose-headers");

  // what the head of every piece says is kept as bytes, which are copied: strings are spelled out
  static final CharSequence CACHE_FOR_EVER = new AsciiString("public, max-age=31536000, immutable");

  /** A page made of a piece's bytes may do nothing but show itself. */
  private static final AsciiString SHOW_ONLY =
      new AsciiString(
          "default-src 'none'; img-src 'self' data:; media-src 'self' data:;"
              + " style-src 'unsafe-inline'; font-src data:; form-action 'none'; base-uri 'none';"
              + " frame-ancestors 'self'");

  /** What the edge says itself needs nothing, and is nobody's frame. */
  static final CharSequence TEXT_ONLY =
      new AsciiString(
          "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'");

  private static final CharSequence SANDBOXED = new AsciiString("sandbox; ").concat(SHOW_ONLY);

  static final CharSequence EXPOSED =
      new AsciiString(
          "Content-Range, Accept-Ranges, ETag, Date, X-Data-Set-ID, X-Error-Code, Retry-After,"
              + " Cache-Status, Server-Timing, Repr-Digest, Piece-Proof, Piece-Proof-Range,"
              + " RateLimit, RateLimit-Policy, WWW-Authenticate");

  /** Headers of requests that pages of any origin may send, besides those that they ask for. */
  private static final String USUAL_HEADERS =
      "Range, If-Range, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since,"
          + " Authorization";

  /** A list of headers' names (RFC 9110, 5.6.2), of a length that is no burden to send back. */
  private static final Pattern NAMES = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z, \\t-]{1,2000}");

  private static final CharSequence RESOURCE_POLICY =
      new AsciiString("cross-origin-resource-policy");
  private static final CharSequence CROSS_ORIGIN = new AsciiString("cross-origin");
  private static final CharSequence TIMING = new AsciiString("timing-allow-origin");

  static final CharSequence NOSNIFF = new AsciiString("nosniff");
  static final CharSequence ANYONE = new AsciiString("*");

  private final HttpDates dates = new HttpDates();
  private final Optional<URI> home;

  /**
   * @param home where the root path leads; empty for a short page of the edge's own
   */
  public Answers(Optional<URI> home) {
    this.home = home;
  }

  /**
   * The head of a response for a piece: what it says before its body.
   *
   * @param piece what is sent
   * @param dataSet who pays
   * @param sandboxed whether the page would share its origin with other payers' pieces
   * @param label what the link, or else its payer, says that it is
   * @param lastModified the second since which the request means these bytes, where that is known
   * @param caching who may keep it
   */
  public record Head(
      PieceCid piece,
      DataSetId dataSet,
      boolean sandboxed,
      Optional<PieceLabel> label,
      Optional<Instant> lastModified,
      Caching caching) {

    String etag() {
      return "\"" + piece + "\"";
    }

    /** The media type that is sent, where the first bytes of the piece tell {@code sniffed}. */
    public String contentType(String sniffed) {
      return label.isPresent() ? label.get().typeOf(sniffed) : sniffed;
    }
  }

  /**
   * The word to caches on a response: who may keep it, and of which headers of a request it is the
   * answer.
   *
   * @param control of {@code Cache-Control}
   * @param vary of {@code Vary}
   */
  public record Caching(CharSequence control, CharSequence vary) {

    /** Anyone may, for ever, as an answer to who shows the same. */
    private static final Caching PUBLIC = new Caching(CACHE_FOR_EVER, HttpHeaders.AUTHORIZATION);

    /** Nobody may but the client itself, and it had better not. */
    private static final Caching PRIVATE =
        new Caching(new AsciiString("private, no-store"), new AsciiString("authorization, origin"));

    /** The same, where the page's origin decided. */
    private static final Caching PUBLIC_BY_ORIGIN =
        new Caching(CACHE_FOR_EVER, new AsciiString("authorization, origin"));

    /**
     * Of a piece that this client may fetch.
     *
     * @param byOrigin whether the page's origin decided that this client may
     * @param restricted whether others may not
     */
    public static Caching of(boolean byOrigin, boolean restricted) {
      if (restricted) {
        return PRIVATE;
      }
      return byOrigin ? PUBLIC_BY_ORIGIN : PUBLIC;
    }

    void tell(MultiMap headers) {
      headers.add(HttpHeaders.CACHE_CONTROL, control);
      headers.add(HttpHeaders.VARY, vary);
    }
  }

  /** Answers 304: the client has these very bytes. */
  public void notModified(Exchange exchange, Head head) {
    common(exchange, head).setStatusCode(304);
    exchange.end();
  }

  /** Answers 416: nothing of the piece lies in the range asked for. */
  public void unsatisfiable(Exchange exchange, PieceCid piece) {
    exchange
        .response()
        .putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + piece.rawSize())
        .putHeader(HttpHeaders.ACCEPT_RANGES, HttpHeaderValues.BYTES);
    refuse(exchange, Problem.of(Refusal.RANGE_UNSATISFIABLE));
  }

  /**
   * Writes the head of a response that has a body.
   *
   * @param length of the body
   */
  public void describe(Exchange exchange, Head head, long length) {
    common(exchange, head).headers().add(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
  }

  /**
   * Writes the head of a response that has a part of a piece in its body, or several, each of which
   * tells where it belongs.
   *
   * @param length of the body
   */
  public void describePart(Exchange exchange, Head head, ByteRanges ranges, long length) {
    describe(exchange, head, length);
    exchange.response().setStatusCode(206);
    if (ranges.isOne()) {
      ByteRange range = ranges.first();
      exchange
          .response()
          .putHeader(
              HttpHeaders.CONTENT_RANGE,
              "bytes " + range.start() + "-" + (range.end() - 1) + "/" + head.piece().rawSize());
    }
  }

  private HttpServerResponse common(Exchange exchange, Head head) {
    exchange.paidBy(head.dataSet());
    HttpServerResponse response = exchange.response();
    // each is said once: to look for one that is there takes as long as to add it
    MultiMap headers = response.headers();
    head.caching().tell(headers);
    headers.add(HttpHeaders.ETAG, head.etag());
    headers.add(HttpHeaders.ACCEPT_RANGES, HttpHeaderValues.BYTES);
    headers.add(CSP, head.sandboxed() ? SANDBOXED : SHOW_ONLY);
    headers.add(CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.add(X_DATA_SET_ID, Long.toString(head.dataSet().number()));
    headers.add(ALLOW_ORIGIN, ANYONE);
    headers.add(EXPOSE, EXPOSED);
    headers.add(RESOURCE_POLICY, CROSS_ORIGIN);
    headers.add(TIMING, ANYONE);
    head.lastModified().ifPresent(time -> headers.add(HttpHeaders.LAST_MODIFIED, dates.text(time)));
    head.label()
        .flatMap(PieceLabel::disposition)
        .ifPresent(disposition -> headers.add(HttpHeaders.CONTENT_DISPOSITION, disposition));
    return response;
  }

  /** Answers with the tree of a piece, which is the same for ever. */
  public void tree(Exchange exchange, byte[] hashes) {
    exchange
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/octet-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, CACHE_FOR_EVER)
        .putHeader(ALLOW_ORIGIN, ANYONE)
        .putHeader(EXPOSE, EXPOSED);
    end(exchange, Buffer.buffer(hashes));
  }

  /**
   * Answers that a tree is kept.
   *
   * @param first whether it was not known before
   */
  public void taken(Exchange exchange, boolean first) {
    exchange
        .response()
        .setStatusCode(first ? 201 : 204)
        .putHeader(ALLOW_ORIGIN, ANYONE)
        .putHeader(EXPOSE, EXPOSED);
    exchange.end();
  }

  /** Answers CORS's question before the request proper: all is allowed but credentials. */
  public void preflight(Exchange exchange) {
    String asked = exchange.request().getHeader("Access-Control-Request-Headers");
    boolean more = asked != null && NAMES.matcher(asked).matches();
    exchange
        .response()
        .setStatusCode(204)
        .putHeader(ALLOW_ORIGIN, ANYONE)
        .putHeader("Access-Control-Allow-Methods", "GET, HEAD, PUT")
        .putHeader(
            "Access-Control-Allow-Headers", more ? USUAL_HEADERS + ", " + asked : USUAL_HEADERS)
        .putHeader(EXPOSE, EXPOSED)
        .putHeader("Access-Control-Max-Age", "86400");
    exchange.end();
  }

  /** Answers what Vert.x could not read as a request, and ends the connection. */
  public static void unreadable(HttpServerRequest request) {
    Refusal refusal =
        switch (request.decoderResult().cause()) {
          case TooLongHttpLineException line -> Refusal.REQUEST_LINE_TOO_LONG;
          case TooLongHttpHeaderException headers -> Refusal.HEADERS_TOO_LARGE;
          case null, default -> Refusal.REQUEST_UNREADABLE;
        };
    var _ =
        request
            .response()
            .setStatusCode(refusal.status())
            .putHeader(X_ERROR_CODE, refusal.code())
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
            .putHeader(ALLOW_ORIGIN, ANYONE)
            .putHeader(CSP, TEXT_ONLY)
            .putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF)
            .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
            .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
            .end(refusal.sentence() + "\n")
            .onComplete(sent -> request.connection().close());
  }

  /** Says what this server is, to those who ask for no piece. */
  public void welcome(Exchange exchange) {
    if (home.isPresent()) {
      exchange
          .response()
          .setStatusCode(302)
          .putHeader(CSP, TEXT_ONLY)
          .putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF)
          .putHeader(HttpHeaders.LOCATION, home.get().toString());
      exchange.end();
      return;
    }
    exchange.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8");
    end(
        exchange,
        Buffer.buffer(
            """
            <!doctype html><title>FilCDN</title>
            <h1>FilCDN</h1>
            <p>A content delivery network for Filecoin.
            Pieces are at <code>/{pieceCid}</code> on their payer's host.</p>
            """));
  }

  /**
   * Answers with the reason why there is no piece: as JSON where that is asked for, as a page for a
   * browser, else as text.
   */
  public void refuse(Exchange exchange, Problem problem) {
    Refusal refusal = problem.refusal();
    exchange.refused(refusal);
    HttpServerResponse response = exchange.response();
    response
        .setStatusCode(refusal.status())
        .putHeader(X_ERROR_CODE, refusal.code())
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader(ALLOW_ORIGIN, ANYONE)
        .putHeader(EXPOSE, EXPOSED);
    problem.limit().ifPresent(limit -> tell(response, limit));
    switch (refusal.status()) {
      case 401 -> response.putHeader("WWW-Authenticate", scheme(refusal));
      case 405 -> response.putHeader(HttpHeaders.ALLOW, allowed(refusal));
      case 429, 502, 503, 504 -> response.putHeader("Retry-After", retryAfter(problem));
      default -> {}
    }
    String accept =
        Objects.requireNonNullElse(exchange.request().getHeader(HttpHeaders.ACCEPT), "");
    if (accept.contains("application/json") || accept.contains(HttpProblem.MEDIA_TYPE)) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, HttpProblem.MEDIA_TYPE);
      end(exchange, Buffer.buffer(json(problem)));
    } else if (accept.contains("text/html")) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8");
      end(exchange, ProblemPage.CSP, Buffer.buffer(ProblemPage.of(problem)));
    } else {
      response.putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8");
      end(exchange, Buffer.buffer(text(problem)));
    }
  }

  private static void tell(HttpServerResponse response, RateLimit limit) {
    response.putHeader("RateLimit-Policy", limit.policy()).putHeader("RateLimit", limit.left());
  }

  private static String retryAfter(Problem problem) {
    return problem
        .limit()
        .map(RateLimit::resetSeconds)
        .filter(seconds -> seconds > 0)
        .map(String::valueOf)
        .orElse(HttpProblem.RETRY_AFTER_SECONDS);
  }

  private static String scheme(Refusal refusal) {
    return refusal == Refusal.GATED_PROOF_NEEDED ? CurioToken.SCHEME : "Bearer";
  }

  private static String allowed(Refusal refusal) {
    return refusal == Refusal.TREE_METHOD_NOT_ALLOWED
        ? "GET, HEAD, PUT, OPTIONS"
        : "GET, HEAD, OPTIONS";
  }

  private static String text(Problem problem) {
    StringBuilder text = new StringBuilder(problem.refusal().sentence()).append('\n');
    problem.details().forEach(detail -> text.append(detail).append('\n'));
    return text.toString();
  }

  private static String json(Problem problem) {
    Refusal refusal = problem.refusal();
    return HttpProblem.of(refusal.status(), refusal.code(), refusal.sentence(), problem.details())
        .json();
  }

  private static void end(Exchange exchange, Buffer body) {
    end(exchange, TEXT_ONLY, body);
  }

  private static void end(Exchange exchange, CharSequence policy, Buffer body) {
    exchange
        .response()
        .putHeader(CSP, policy)
        .putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF)
        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    if (exchange.request().method().equals(HttpMethod.HEAD)) {
      exchange.end();
    } else {
      exchange.end(body);
    }
  }
}
