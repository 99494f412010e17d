package io.filcdn.retrieval.origin;

import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.netty.handler.codec.DateFormatter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The head of a provider's answer: what it promises of a piece. */
sealed interface AnswerHead {

  /**
   * Bytes of the piece.
   *
   * @param start the first; at most the one that was asked for
   * @param end the one after the last; the piece can go on after it
   */
  record Part(long start, long end) implements AnswerHead {}

  /**
   * A head that promises nothing of the piece.
   *
   * @param retryAfter how long the provider asks to be left alone, where it does
   */
  record Refused(Kind kind, String detail, Optional<Duration> retryAfter) implements AnswerHead {}

  Pattern CONTENT_RANGE =
      Pattern.compile(
          "bytes\\s+(\\d{1,18})\\s*-\\s*(\\d{1,18})\\s*/\\s*(\\d{1,18}|\\*)",
          Pattern.CASE_INSENSITIVE);

  /** Encodings that leave bytes as they are; S3's is of uploads, and stays in what was uploaded. */
  Set<String> PLAIN = Set.of("", "identity", "none", "aws-chunked");

  Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(5);

  int LONGEST_DATE = 64;

  /**
   * Reads a head.
   *
   * @param size of what was asked for
   * @param offset from which byte on it was asked for
   */
  static AnswerHead of(int status, MultiMap headers, long size, long offset, Instant now) {
    return switch (status) {
      case 200 -> encoded(headers).orElseGet(() -> part(headers, 0, size));
      case 206 -> encoded(headers).orElseGet(() -> partial(headers, size, offset));
      case 401, 403 -> refused(Kind.FORBIDDEN, "status " + status);
      case 404, 410, 451 -> refused(Kind.NOT_FOUND, "status " + status);
      case 429, 503 -> busy(status, headers.get("Retry-After"), now);
      default -> refused(Kind.FAILED, "expected status 200, found " + status);
    };
  }

  private static Optional<AnswerHead> encoded(MultiMap headers) {
    List<String> encodings = headers.getAll("Content-Encoding");
    return encodings.stream()
            .flatMap(line -> Arrays.stream(line.split(",")))
            .map(encoding -> encoding.strip().toLowerCase(Locale.ROOT))
            .allMatch(PLAIN::contains)
        ? Optional.empty()
        : Optional.of(
            refused(Kind.FAILED, "expected no encoding, found " + shown(encodings.toString())));
  }

  private static AnswerHead partial(MultiMap headers, long size, long offset) {
    List<String> labels = headers.getAll("Content-Range").stream().distinct().toList();
    Matcher label = CONTENT_RANGE.matcher(labels.size() == 1 ? labels.getFirst().strip() : "");
    if (!label.matches()) {
      return refused(
          Kind.FAILED, "expected bytes %d-, found %s".formatted(offset, shown(labels.toString())));
    }
    long start = Long.parseLong(label.group(1));
    long end = Long.parseLong(label.group(2)) + 1;
    boolean sameTotal = label.group(3).equals("*") || Long.parseLong(label.group(3)) == size;
    if (start > offset || end <= offset || end > size || !sameTotal) {
      return refused(
          Kind.FAILED,
          "expected bytes %d-%d/%d, found %s"
              .formatted(offset, size - 1, size, shown(labels.getFirst())));
    }
    return part(headers, start, end);
  }

  private static AnswerHead part(MultiMap headers, long start, long end) {
    String length = headers.get("Content-Length");
    return length == null || length.strip().equals(Long.toString(end - start))
        ? new Part(start, end)
        : refused(Kind.FAILED, "expected %d bytes, found %s".formatted(end - start, shown(length)));
  }

  /** 429 is backpressure; 503 is where it says for how long, and sickness where it does not. */
  private static AnswerHead busy(int status, @Nullable String retryAfter, Instant now) {
    return status == 503 && retryAfter == null
        ? refused(Kind.FAILED, "status 503")
        : new Refused(Kind.BUSY, "status " + status, Optional.of(wait(retryAfter, now)));
  }

  /** RFC 9110: seconds, or a date in any of its three forms. */
  private static Duration wait(@Nullable String retryAfter, Instant now) {
    String text = retryAfter == null ? "" : retryAfter.strip();
    if (text.matches("\\d+")) {
      return Duration.ofSeconds(text.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(text));
    }
    // Netty throws where a text is longer than any date
    boolean canBeDate = !text.isEmpty() && text.length() <= LONGEST_DATE;
    Date date = canBeDate ? DateFormatter.parseHttpDate(text) : null;
    if (date == null) {
      return DEFAULT_RETRY_AFTER;
    }
    Duration until = Duration.between(now, date.toInstant());
    return until.isNegative() ? Duration.ZERO : until;
  }

  private static Refused refused(Kind kind, String detail) {
    return new Refused(kind, detail, Optional.empty());
  }

  private static String shown(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }
}
