package io.filcdn.metrics.series;

/**
 * What was served, added up.
 *
 * @param cdnBytes billable egress
 * @param cacheMissBytes what providers supplied for it
 * @param requests retrievals whose bytes are billable
 * @param cacheMissRequests those of them that started a fill
 * @param unbilledBytes egress that nobody pays for
 */
public record Sums(
    long cdnBytes, long cacheMissBytes, long requests, long cacheMissRequests, long unbilledBytes) {

  public static final Sums NONE = new Sums(0, 0, 0, 0, 0);

  /**
   * The sum.
   *
   * @throws ArithmeticException where a part of it exceeds 2⁶³ − 1
   */
  public Sums plus(Sums other) {
    return new Sums(
        Math.addExact(cdnBytes, other.cdnBytes),
        Math.addExact(cacheMissBytes, other.cacheMissBytes),
        Math.addExact(requests, other.requests),
        Math.addExact(cacheMissRequests, other.cacheMissRequests),
        Math.addExact(unbilledBytes, other.unbilledBytes));
  }
}
