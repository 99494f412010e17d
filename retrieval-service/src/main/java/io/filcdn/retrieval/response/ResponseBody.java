package io.filcdn.retrieval.response;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.cache.PieceCache;
import io.filcdn.retrieval.delivery.Answers;
import io.filcdn.retrieval.request.Selection;
import java.util.Optional;

/**
 * The body of a response: bytes of a piece as they are, or in parts.
 *
 * @param ranges the piece's bytes in it
 * @param partial whether it answers a range (206)
 * @param parts where it has several
 */
public record ResponseBody(ByteRanges ranges, boolean partial, Optional<Multipart> parts) {

  /** The body with the bytes that were selected. */
  public static ResponseBody of(Selection.Bytes selected, Answers.Head head, PieceCache cache) {
    PieceCid piece = head.piece();
    ByteRanges ranges = selected.ranges();
    Optional<Multipart> parts =
        ranges.isOne()
            ? Optional.empty()
            : Optional.of(
                Multipart.of(
                    ranges, piece.rawSize(), cache.contentType(piece).map(head::contentType)));
    return new ResponseBody(ranges, selected.partial(), parts);
  }

  /** The number of its bytes, the heads of parts with them. */
  public long length() {
    return parts.isPresent() ? parts.get().length() : ranges.first().length();
  }

  /** Its stretch: of the piece, or where it has parts, of what {@link #bytes} gives. */
  ByteRange stretch() {
    return parts.map(body -> new ByteRange(0, body.length())).orElseGet(ranges::first);
  }

  /** The bytes, taken from those of the piece. */
  PieceBytes bytes(PieceBytes piece) {
    return parts.<PieceBytes>map(body -> new MultipartBytes(body, piece)).orElse(piece);
  }

  /** The ranges of the piece that are left behind a position of the stretch. */
  ByteRanges left(long position) {
    return ranges.from(inPiece(position));
  }

  /**
   * The place in the piece of a position of the stretch: outside of its bytes, the next of them.
   */
  long inPiece(long position) {
    return parts.isPresent()
        ? Math.min(parts.get().partAt(position).byteAt(position), ranges.all().getLast().end() - 1)
        : position;
  }

  /** The number of bytes of the piece in {@code length} bytes behind the first {@code from}. */
  long pieceBytes(long from, long length) {
    return parts.isPresent() ? parts.get().pieceBytes(from, from + length) : length;
  }
}
