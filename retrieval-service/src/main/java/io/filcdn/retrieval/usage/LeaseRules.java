package io.filcdn.retrieval.usage;

import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.QuotaName;
import java.time.Duration;

/**
 * The rules for how much of a quota is leased, and for how long.
 *
 * @param advance bytes to have at hand of a quota that is used
 * @param standing bytes to have at hand in case metrics does not answer; 0: nothing is served then
 * @param idle how long after its last use a quota's advance is given back
 * @param forget how long after its last use its standing lease is
 * @param renewEvery how often metrics hears of this edge
 */
public record LeaseRules(
    long advance, long standing, Duration idle, Duration forget, Duration renewEvery) {

  /**
   * The rules for a quota. Of clients and tokens there are so many that no more than a slice is at
   * hand, so that not each request waits, and all is given back once they are idle.
   */
  LeaseRules of(QuotaName name) {
    return isOfOne(name)
        ? new LeaseRules(Math.min(advance, Quota.SLICE), 0, idle, idle, renewEvery)
        : this;
  }

  /** True where it is a client's or a token's. */
  static boolean isOfOne(QuotaName name) {
    return switch (name) {
      case QuotaName.OfDataSet _, QuotaName.OfKey _ -> false;
      case CapName.OfPolicy(_, CapBearer bearer, _) ->
          switch (bearer) {
            case CapBearer.All _, CapBearer.Key _ -> false;
            case CapBearer.Client _, CapBearer.Token _ -> true;
          };
      case CapName.OfToken _ -> true;
    };
  }
}
