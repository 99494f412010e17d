package io.filcdn.retrieval.delivery;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.service.problem.HttpProblem;
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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Answers that need no byte of a piece, and the heads of those that do. */
public final class Answers {

  private static final CharSequence X_ERROR_CODE = new AsciiString("X-Error-Code");
  static final CharSequence CSP = new AsciiString("Content-Security-Policy");
  static final CharSequence CONTENT_TYPE_OPTIONS = new AsciiString("X-Content-Type-Options");
  private static final CharSequence X_DATA_SET_ID = new AsciiString("X-Data-Set-ID");
  static final CharSequence ALLOW_ORIGIN = new AsciiString("Access-Control-Allow-Origin");
  static final CharSequence EXPOSE = new AsciiString("Access-Control-Expose-Headers");

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
          "Content-Range, Accept-Ranges, ETag, X-Data-Set-ID, X-Error-Code, Cache-Status,"
              + " Server-Timing, Repr-Digest, Piece-Proof, Piece-Proof-Range");

  static final CharSequence NOSNIFF = new AsciiString("nosniff");
  static final CharSequence ANYONE = new AsciiString("*");

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
   * @param filename the name to save it under, where the client gave one
   */
  public record Head(
      PieceCid piece, DataSetId dataSet, boolean sandboxed, Optional<String> filename) {

    String etag() {
      return "\"" + piece + "\"";
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

  /** Writes the head of a response that has a body. */
  public void describe(Exchange exchange, Head head, ByteRange range, boolean partial) {
    HttpServerResponse response = common(exchange, head);
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(range.length()));
    if (partial) {
      response
          .setStatusCode(206)
          .putHeader(
              HttpHeaders.CONTENT_RANGE,
              "bytes " + range.start() + "-" + (range.end() - 1) + "/" + head.piece().rawSize());
    }
  }

  private static HttpServerResponse common(Exchange exchange, Head head) {
    exchange.paidBy(head.dataSet());
    HttpServerResponse response = exchange.response();
    MultiMap headers = response.headers();
    headers.set(HttpHeaders.CACHE_CONTROL, CACHE_FOR_EVER);
    headers.set(HttpHeaders.ETAG, head.etag());
    headers.set(HttpHeaders.ACCEPT_RANGES, HttpHeaderValues.BYTES);
    headers.set(CSP, head.sandboxed() ? SANDBOXED : SHOW_ONLY);
    headers.set(CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.set(X_DATA_SET_ID, Long.toString(head.dataSet().number()));
    headers.set(ALLOW_ORIGIN, ANYONE);
    headers.set(EXPOSE, EXPOSED);
    head.filename()
        .ifPresent(name -> headers.set(HttpHeaders.CONTENT_DISPOSITION, disposition(name)));
    return response;
  }

  /** RFC 6266, in the form that takes any character. */
  private static String disposition(String filename) {
    return "attachment; filename*=UTF-8''"
        + URLEncoder.encode(filename, StandardCharsets.UTF_8).replace("+", "%20");
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

  /** Answers CORS's question before the request proper. */
  public void preflight(Exchange exchange) {
    exchange
        .response()
        .setStatusCode(204)
        .putHeader(ALLOW_ORIGIN, ANYONE)
        .putHeader("Access-Control-Allow-Methods", "GET, HEAD, PUT")
        .putHeader(
            "Access-Control-Allow-Headers",
            "Range, If-Range, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since,"
                + " Authorization, Content-Type")
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

  /** Answers with the reason why there is no piece: as a problem where asked for, else as text. */
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
    switch (refusal.status()) {
      case 401 -> response.putHeader("WWW-Authenticate", "Bearer");
      case 405 -> response.putHeader(HttpHeaders.ALLOW, allowed(refusal));
      case 429, 502, 503, 504 -> response.putHeader("Retry-After", HttpProblem.RETRY_AFTER_SECONDS);
      default -> {}
    }
    String accept = exchange.request().getHeader(HttpHeaders.ACCEPT);
    boolean json =
        accept != null
            && (accept.contains("application/json") || accept.contains(HttpProblem.MEDIA_TYPE));
    response.putHeader(
        HttpHeaders.CONTENT_TYPE, json ? HttpProblem.MEDIA_TYPE : "text/plain; charset=utf-8");
    end(exchange, Buffer.buffer(json ? json(problem) : text(problem)));
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
    exchange
        .response()
        .putHeader(CSP, TEXT_ONLY)
        .putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF)
        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    if (exchange.request().method().equals(HttpMethod.HEAD)) {
      exchange.end();
    } else {
      exchange.end(body);
    }
  }
}
