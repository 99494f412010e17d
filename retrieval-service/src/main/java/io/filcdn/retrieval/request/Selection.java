package io.filcdn.retrieval.request;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import java.time.Instant;
import java.util.Optional;

/**
 * The bytes of a piece that a request is to get, by its conditional and range headers (RFC 9110).
 */
public sealed interface Selection {

  /** No bytes: the client has these very ones (304). */
  record NotModified() implements Selection {}

  /** No bytes: the client wants some only where they are others than these (412). */
  record PreconditionFailed() implements Selection {}

  /** No bytes: none lies in the range (416). */
  record Unsatisfiable() implements Selection {}

  /**
   * Some bytes.
   *
   * @param partial whether they answer a range (206)
   */
  record Bytes(ByteRanges ranges, boolean partial) implements Selection {}

  /**
   * Selects, in the order of RFC 9110, 13.2.2. A range that cannot be understood, and one whose
   * {@code If-Range} names other bytes, is ignored, as it lets a server do: the whole piece is
   * sent.
   *
   * @param lastModified since when the request means these bytes, where that is known
   */
  static Selection of(
      ParsedRequest.Conditions conditions, PieceCid piece, Optional<Instant> lastModified) {
    Bytes whole = new Bytes(ByteRanges.of(new ByteRange(0, piece.rawSize())), false);
    if (conditions.areNone()) {
      return whole;
    }
    Validators validators = new Validators("\"" + piece + "\"", lastModified);
    if (validators.fail(conditions)) {
      return new PreconditionFailed();
    }
    if (validators.areKnown(conditions)) {
      return new NotModified();
    }
    return conditions
        .range()
        .filter(range -> conditions.ifRange().map(validators::areExactly).orElse(true))
        .map(range -> RangeHeader.select(range, piece.rawSize(), whole))
        .orElse(whole);
  }
}
