package io.filcdn.retrieval.request;

import io.filcdn.common.piece.PieceCid;
import io.filcdn.retrieval.bytes.ByteRange;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
  record Bytes(ByteRange range, boolean partial) implements Selection {}

  Pattern SINGLE_RANGE = Pattern.compile("(?i)bytes=[ \\t]*(\\d*)-(\\d*)[ \\t]*");

  /**
   * Selects. A range that cannot be understood, several ranges, and ranges whose {@code If-Range}
   * names other bytes are ignored, as RFC 9110 lets a server do: the whole piece is sent.
   */
  static Selection of(ParsedRequest.Conditions conditions, PieceCid piece) {
    Bytes whole = new Bytes(new ByteRange(0, piece.rawSize()), false);
    if (conditions.areNone()) {
      return whole;
    }
    String etag = "\"" + piece + "\"";
    if (conditions.ifMatch().filter(header -> !matches(header, etag)).isPresent()) {
      return new PreconditionFailed();
    }
    if (conditions.ifNoneMatch().filter(header -> names(header, etag)).isPresent()) {
      return new NotModified();
    }
    boolean rangeApplies = conditions.ifRange().map(etag::equals).orElse(true);
    Optional<String> range = conditions.range().filter(header -> rangeApplies);
    if (range.isEmpty()) {
      return whole;
    }
    Matcher single = SINGLE_RANGE.matcher(range.get());
    return single.matches()
        ? select(single.group(1), single.group(2), piece.rawSize(), whole)
        : whole;
  }

  private static Selection select(String first, String last, long size, Bytes whole) {
    if (first.isEmpty()) {
      if (last.isEmpty()) {
        return whole;
      }
      if (number(last) == 0) {
        return new Unsatisfiable();
      }
      // Content-Range cannot say "none of none": an empty piece is sent whole
      return size == 0
          ? whole
          : new Bytes(new ByteRange(size - Math.min(size, number(last)), size), true);
    }
    long start = number(first);
    long end = last.isEmpty() ? size : Math.min(size, Math.max(number(last), number(last) + 1));
    if (!last.isEmpty() && number(last) < start) {
      return whole;
    }
    return start >= size ? new Unsatisfiable() : new Bytes(new ByteRange(start, end), true);
  }

  /** The number, or the largest one where it is larger still. */
  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /** True where an {@code If-Match} list holds the tag, by strong comparison. */
  static boolean matches(String header, String etag) {
    return header.strip().equals("*")
        || Arrays.stream(header.split(",")).map(String::strip).anyMatch(etag::equals);
  }

  /** True where an {@code If-None-Match} list holds the tag, by weak comparison. */
  static boolean names(String header, String etag) {
    return header.strip().equals("*")
        || Arrays.stream(header.split(","))
            .map(tag -> tag.strip().replaceFirst("^W/", ""))
            .anyMatch(etag::equals);
  }
}
