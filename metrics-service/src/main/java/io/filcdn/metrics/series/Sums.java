package io.filcdn.metrics.series;

/**
 * The sums of what was served.
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

  /** The sum; 2⁶³ − 1 stands for more than that. */
  public Sums plus(Sums other) {
    return new Sums(
        capped(cdnBytes, other.cdnBytes),
        capped(cacheMissBytes, other.cacheMissBytes),
        capped(requests, other.requests),
        capped(cacheMissRequests, other.cacheMissRequests),
        capped(unbilledBytes, other.unbilledBytes));
  }

  private static long capped(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }
}
