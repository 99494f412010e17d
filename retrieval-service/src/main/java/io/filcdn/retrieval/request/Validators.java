package io.filcdn.retrieval.request;

import io.netty.handler.codec.DateFormatter;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Optional;

/**
 * The validators of a piece (RFC 9110, 8.8), which conditions are held against.
 *
 * @param etag the entity tag
 * @param lastModified the second since which the request means these bytes, where that is known. As
 *     they change at most once in it, it tells them apart as strictly as the tag does
 */
record Validators(String etag, Optional<Instant> lastModified) {

  private static final int LONGEST_DATE = 64;

  /** True where the client wants the piece only as something that it is not (412). */
  boolean fail(ParsedRequest.Conditions conditions) {
    return conditions.ifMatch().isPresent()
        ? !matches(conditions.ifMatch().get(), etag)
        : conditions.ifUnmodifiedSince().filter(this::isOlder).isPresent();
  }

  /** True where the client has these bytes (304). */
  boolean areKnown(ParsedRequest.Conditions conditions) {
    return conditions.ifNoneMatch().isPresent()
        ? names(conditions.ifNoneMatch().get(), etag)
        : conditions
            .ifModifiedSince()
            .filter(text -> lastModified.isPresent() && date(text).isPresent() && !isOlder(text))
            .isPresent();
  }

  /** True where {@code If-Range} names these very bytes. */
  boolean areExactly(String ifRange) {
    return etag.equals(ifRange) || lastModified.isPresent() && lastModified.equals(date(ifRange));
  }

  /** True where a date is one, and before the last change. */
  private boolean isOlder(String text) {
    return lastModified.isPresent()
        && date(text).filter(date -> date.isBefore(lastModified.get())).isPresent();
  }

  /** The date in any of the three forms of RFC 9110, 5.6.7. */
  private static Optional<Instant> date(String text) {
    // Netty throws where a text is longer than any date
    return text.length() > LONGEST_DATE
        ? Optional.empty()
        : Optional.ofNullable(DateFormatter.parseHttpDate(text)).map(Date::toInstant);
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
