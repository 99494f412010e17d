package io.filcdn.retrieval.response;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.retrieval.refusal.RateLimit;
import io.filcdn.retrieval.refusal.Refusal;
import java.time.Duration;
import java.time.Instant;

/**
 * The refusal of who has used a cap up.
 *
 * @param name of the cap, for {@code RateLimit}: {@code day}, {@code life}, {@code day-of-client}
 * @param period after which all of it may be taken again
 */
record CapRefusal(Refusal refusal, String name, CapPeriod period) {

  private static final CapPeriod NEVER_AGAIN = new CapPeriod.Life();

  static CapRefusal of(QuotaName cap) {
    return switch (cap) {
      case QuotaName.OfDataSet _ ->
          throw new IllegalArgumentException("expected a cap, found a quota");
      case QuotaName.OfKey(_, CapPeriod period) ->
          switch (period) {
            case CapPeriod.Life _ -> new CapRefusal(Refusal.KEY_BYTES_USED_UP, "life", period);
            case CapPeriod.Day _ -> new CapRefusal(Refusal.KEY_BYTES_EXHAUSTED, "day", period);
            case CapPeriod.Month _ -> new CapRefusal(Refusal.KEY_BYTES_EXHAUSTED, "month", period);
          };
      case CapName.OfPolicy(_, CapBearer bearer, CapPeriod period) -> of(bearer, period);
      case CapName.OfToken _ -> new CapRefusal(Refusal.SIGNED_TOKEN_USED_UP, "token", NEVER_AGAIN);
    };
  }

  private static CapRefusal of(CapBearer bearer, CapPeriod period) {
    return switch (bearer) {
      case CapBearer.All _ ->
          period instanceof CapPeriod.Life
              ? new CapRefusal(Refusal.POLICY_BYTES_USED_UP, "policy-life", period)
              : new CapRefusal(Refusal.POLICY_BYTES_EXHAUSTED, "policy-day", period);
      case CapBearer.Key _, CapBearer.Token _ ->
          new CapRefusal(Refusal.POLICY_BYTES_OF_KEY_EXHAUSTED, "policy-day-of-key", period);
      case CapBearer.Client _ ->
          new CapRefusal(Refusal.POLICY_BYTES_OF_CLIENT_EXHAUSTED, "policy-day-of-client", period);
    };
  }

  /**
   * The numbers that a program is told of it.
   *
   * @param bytes that the cap allows
   */
  RateLimit limit(long bytes, long remaining, Instant now) {
    long window = 0;
    long left = 0;
    if (period.start().isPresent() && period.end().isPresent()) {
      Instant end = period.end().get();
      window = Duration.between(period.start().get(), end).toSeconds();
      // whoever comes a moment before the end is told to wait a second
      left = Math.max(1, Duration.between(now, end).plusMillis(999).toSeconds());
    }
    return new RateLimit(name, "content-bytes", bytes, remaining, window, left);
  }
}
