package io.filcdn.retrieval.response;

import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.ByteRanges;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A body of type {@code multipart/byteranges} (RFC 9110, 14.6): where in it the heads of its parts
 * lie, and where the piece's bytes.
 */
final class Multipart {

  private static final SecureRandom RANDOM = new SecureRandom();

  /** So long that no piece holds it, whoever made the piece. */
  private static final int BOUNDARY_BYTES = 16;

  private final ByteRanges ranges;
  private final String boundary;
  private final TreeMap<Long, Part> parts = new TreeMap<>();
  private final long length;

  /**
   * A part of the body; the last one has no bytes of the piece.
   *
   * @param start where it begins in the body
   * @param head what stands before the bytes
   */
  record Part(long start, byte[] head, ByteRange range) {

    /** The position in the body at which the piece's bytes begin. */
    long bytesFrom() {
      return start + head.length;
    }

    long end() {
      return bytesFrom() + range.length();
    }

    /** The position in the piece of a byte of the body. */
    long inPiece(long position) {
      return range.start() + position - bytesFrom();
    }

    /** The same, where it lies in the head that of the first byte. */
    long byteAt(long position) {
      return Math.max(inPiece(position), range.start());
    }

    /** The position in the body of a byte of the piece. */
    long inBody(long position) {
      return bytesFrom() + position - range.start();
    }
  }

  private Multipart(ByteRanges ranges, long size, Optional<String> type, String boundary) {
    this.ranges = ranges;
    this.boundary = boundary;
    String typeLine = type.map(known -> "Content-Type: " + known + "\r\n").orElse("");
    long end = 0;
    for (ByteRange range : ranges.all()) {
      String head =
          "\r\n--%s\r\n%sContent-Range: bytes %d-%d/%d\r\n\r\n"
              .formatted(boundary, typeLine, range.start(), range.end() - 1, size);
      end = add(end, head, range);
    }
    this.length = add(end, "\r\n--%s--\r\n".formatted(boundary), new ByteRange(size, size));
  }

  private long add(long start, String head, ByteRange range) {
    Part part = new Part(start, head.getBytes(StandardCharsets.ISO_8859_1), range);
    parts.put(start, part);
    return part.end();
  }

  /**
   * The body for some ranges.
   *
   * @param size of the piece
   * @param type the piece's media type, where it is known
   */
  static Multipart of(ByteRanges ranges, long size, Optional<String> type) {
    byte[] random = new byte[BOUNDARY_BYTES];
    RANDOM.nextBytes(random);
    return new Multipart(ranges, size, type, HexFormat.of().formatHex(random));
  }

  ByteRanges ranges() {
    return ranges;
  }

  String contentType() {
    return "multipart/byteranges; boundary=" + boundary;
  }

  /** The number of bytes of the whole body. */
  long length() {
    return length;
  }

  /** The part that a byte of the body lies in. */
  Part partAt(long position) {
    return parts.floorEntry(position).getValue();
  }

  /** The part behind another, where there is one. */
  Optional<Part> after(Part part) {
    return Optional.ofNullable(parts.higherEntry(part.start())).map(Map.Entry::getValue);
  }

  /** The number of bytes of the piece in a stretch of the body. */
  long pieceBytes(long from, long to) {
    long bytes = 0;
    for (Part part : parts.headMap(to).values()) {
      long first = Math.max(from, part.bytesFrom());
      bytes += Math.max(0, Math.min(to, part.end()) - first);
    }
    return bytes;
  }
}
