package io.filcdn.retrieval.refusal;

/**
 * A limit on how much may be taken in a time, and what is left of it, as the fields {@code
 * RateLimit} and {@code RateLimit-Policy} tell it (draft-ietf-httpapi-ratelimit-headers).
 *
 * @param name of the limit
 * @param unit what is counted: {@code requests} or {@code content-bytes}
 * @param quota how much may be taken in the window
 * @param remaining how much is left
 * @param windowSeconds the length of the window; 0 where it has no end
 * @param resetSeconds the time until all of it may be taken again; 0 where it never may
 */
public record RateLimit(
    String name, String unit, long quota, long remaining, long windowSeconds, long resetSeconds) {

  /** A limit of requests a second, of which none is left now. */
  public static RateLimit requestsPerSecond(int requests) {
    return new RateLimit("requests", "requests", requests, 0, 1, 1);
  }

  /** The value of {@code RateLimit-Policy}. */
  public String policy() {
    String window = windowSeconds > 0 ? ";w=" + windowSeconds : "";
    return "\"%s\";q=%d;qu=\"%s\"%s".formatted(name, quota, unit, window);
  }

  /** The value of {@code RateLimit}. */
  public String left() {
    String reset = resetSeconds > 0 ? ";t=" + resetSeconds : "";
    return "\"%s\";r=%d%s".formatted(name, remaining, reset);
  }
}
