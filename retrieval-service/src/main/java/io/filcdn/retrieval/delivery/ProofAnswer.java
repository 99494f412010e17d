package io.filcdn.retrieval.delivery;

import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.delivery.Answers.Caching;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;

/** The answer with a proof. A proof never changes, like the piece. */
public final class ProofAnswer {

  private static final CharSequence CBOR = new AsciiString("application/cbor");
  private static final CharSequence PROOF_RANGE = new AsciiString("piece-proof-range");

  private ProofAnswer() {}

  /** Answers 304: the client has this very proof. */
  public static void notModified(Exchange exchange, String etag, Caching caching) {
    describe(exchange, etag, caching);
    exchange.response().setStatusCode(304);
    exchange.end();
  }

  /**
   * Answers with a proof.
   *
   * @param proved the bytes of the piece that it is of
   * @param headOnly whether only the head is wanted
   */
  public static void send(
      Exchange exchange,
      String etag,
      Caching caching,
      ByteRange proved,
      Buffer proof,
      boolean headOnly) {
    MultiMap headers = describe(exchange, etag, caching);
    headers.set(PROOF_RANGE, proved.start() + "-" + (proved.end() - 1));
    headers.set(HttpHeaders.CONTENT_TYPE, CBOR);
    headers.set(HttpHeaders.CONTENT_LENGTH, Integer.toString(proof.length()));
    if (headOnly) {
      exchange.end();
    } else {
      exchange.end(proof);
    }
  }

  private static MultiMap describe(Exchange exchange, String etag, Caching caching) {
    MultiMap headers = exchange.response().headers();
    caching.tell(headers);
    headers.set(HttpHeaders.ETAG, etag);
    headers.set(Answers.CSP, Answers.TEXT_ONLY);
    headers.set(Answers.CONTENT_TYPE_OPTIONS, Answers.NOSNIFF);
    headers.set(Answers.ALLOW_ORIGIN, Answers.ANYONE);
    headers.set(Answers.EXPOSE, Answers.EXPOSED);
    return headers;
  }
}
