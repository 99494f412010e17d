package io.filcdn.retrieval.delivery;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.usage.ResponseTally;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;

/** Answers requests for pieces: heads, bodies, and refusals. */
public final class Delivery {

  private static final String CACHE_FOR_EVER = "public, max-age=31536000, immutable";

  /** A page made of a piece's bytes may do nothing but show itself. */
  private static final String CSP =
      "default-src 'none'; img-src 'self' data:; media-src 'self' data:; style-src 'unsafe-inline';"
          + " font-src data:; form-action 'none'; frame-ancestors *";

  private static final String EXPOSED =
      "Content-Range, Accept-Ranges, ETag, X-Data-Set-ID, Cache-Status, Server-Timing";

  private Delivery() {}

  /** Prepares a new connection for metering. */
  public static void meter(HttpConnection connection) {
    if (!connection.isSsl() && connection instanceof ConnectionBase base) {
      base.channel().pipeline().addFirst(new SocketMeter());
    }
  }

  /**
   * What a response for a piece says before its body.
   *
   * @param piece what is sent
   * @param dataSet who pays
   * @param sandboxed whether the page would share its origin with other payers' pieces
   */
  public record Head(PieceCid piece, DataSetId dataSet, boolean sandboxed) {

    String etag() {
      return "\"" + piece + "\"";
    }
  }

  /**
   * Sends the bytes of a range as they come, and closes {@code bytes} in the end.
   *
   * @param partial whether this answers a Range request (206)
   */
  public static void send(
      HttpServerRequest request,
      Head head,
      ByteRange range,
      boolean partial,
      PieceBytes bytes,
      CacheOutcome outcome,
      ResponseTally tally) {
    new Transfer(
            request,
            bytes,
            range,
            tally,
            () -> {
              describe(request, head, range, partial);
              request.response().putHeader("Cache-Status", cacheStatus(outcome));
              request.response().putHeader(HttpHeaders.CONTENT_TYPE, bytes.contentType());
            },
            refusal -> refuse(request, refusal))
        .start();
  }

  /** Answers a HEAD request, without any byte of the piece. */
  public static void sendHead(
      HttpServerRequest request, Head head, ByteRange range, boolean partial) {
    describe(request, head, range, partial);
    request.response().end();
  }

  /** Answers 304: the client has these very bytes. */
  public static void notModified(HttpServerRequest request, Head head) {
    common(request, head);
    request.response().setStatusCode(304).end();
  }

  /** Answers 416: nothing of the piece lies in the range asked for. */
  public static void unsatisfiable(HttpServerRequest request, Head head) {
    request
        .response()
        .putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + head.piece().rawSize())
        .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
    refuse(request, Refusal.RANGE_UNSATISFIABLE);
  }

  private static void describe(
      HttpServerRequest request, Head head, ByteRange range, boolean partial) {
    HttpServerResponse response = common(request, head);
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(range.length()));
    if (partial) {
      response
          .setStatusCode(206)
          .putHeader(
              HttpHeaders.CONTENT_RANGE,
              "bytes %d-%d/%d".formatted(range.start(), range.end() - 1, head.piece().rawSize()));
    }
  }

  private static HttpServerResponse common(HttpServerRequest request, Head head) {
    HttpServerResponse response = request.response();
    MultiMap headers = response.headers();
    headers.set(HttpHeaders.CACHE_CONTROL, CACHE_FOR_EVER);
    headers.set(HttpHeaders.ETAG, head.etag());
    headers.set(HttpHeaders.ACCEPT_RANGES, "bytes");
    headers.set("Content-Security-Policy", head.sandboxed() ? "sandbox; " + CSP : CSP);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Data-Set-ID", Long.toString(head.dataSet().number()));
    headers.set("Access-Control-Allow-Origin", "*");
    headers.set("Access-Control-Expose-Headers", EXPOSED);
    return response;
  }

  private static String cacheStatus(CacheOutcome outcome) {
    return switch (outcome) {
      case HIT -> "filcdn; hit";
      case MISS -> "filcdn; fwd=miss; stored";
      case COLLAPSED -> "filcdn; fwd=miss; collapsed";
    };
  }

  /** Answers CORS's question before the request proper. */
  public static void preflight(HttpServerRequest request) {
    request
        .response()
        .setStatusCode(204)
        .putHeader("Access-Control-Allow-Origin", "*")
        .putHeader("Access-Control-Allow-Methods", "GET, HEAD")
        .putHeader(
            "Access-Control-Allow-Headers", "Range, If-Range, If-None-Match, If-Modified-Since")
        .putHeader("Access-Control-Expose-Headers", EXPOSED)
        .putHeader("Access-Control-Max-Age", "86400")
        .end();
  }

  /** Says what this server is, to those who ask for no piece. */
  public static void welcome(HttpServerRequest request) {
    request
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
        .end(
            """
            <!doctype html><title>FilCDN</title>
            <h1>FilCDN</h1>
            <p>A content delivery network for Filecoin.
            Pieces are at <code>/{pieceCid}</code> on their payer's host.</p>
            """);
  }

  /**
   * Answers with the reason why there is no piece: as a problem where asked for, else a sentence.
   */
  public static void refuse(HttpServerRequest request, Refusal refusal) {
    HttpServerResponse response = request.response();
    response
        .setStatusCode(refusal.status())
        .putHeader("X-Error-Code", refusal.code())
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("Access-Control-Allow-Origin", "*")
        .putHeader("Access-Control-Expose-Headers", "X-Error-Code");
    if (refusal.status() == 405) {
      response.putHeader(HttpHeaders.ALLOW, "GET, HEAD, OPTIONS");
    }
    if (refusal.status() == 503) {
      response.putHeader("Retry-After", "5");
    }
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    if (accept != null && accept.contains("json")) {
      response
          .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
          .end(
              """
              {"type":"about:blank","title":"%s","status":%d,"code":"%s"}"""
                  .formatted(refusal.sentence(), refusal.status(), refusal.code()));
    } else {
      response
          .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
          .end(refusal.sentence() + "\n");
    }
  }
}
