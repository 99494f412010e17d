package io.filcdn.retrieval.response;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.RateLimit;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.EgressKey;
import io.filcdn.retrieval.usage.KeyUse;
import io.filcdn.retrieval.usage.Quota;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The payment of a response before its first byte: its first slice, of its data set's quota and of
 * each cap of the key that it was asked for with. As much as the whole response has to be left of
 * each.
 *
 * @param quota what is paid from
 */
record Payment(Quota quota, Clock clock) {

  /** Adds what is to be prepared. */
  void prepare(DataSetId dataSet, Optional<KeyUse> key, long length, List<Quota.Need> needs) {
    for (QuotaName name : EgressKey.quotas(dataSet, key)) {
      // all of a response for which too little is left, as far as is known here
      long first = length <= quota.remaining(name) ? slice(length) : length;
      needs.add(new Quota.Need(name, first));
    }
  }

  /**
   * Reserves the first slice.
   *
   * @param hold what was kept for it
   * @return why it cannot be paid; nothing stays reserved then
   */
  Optional<Problem> reserve(Quota.Hold hold, DataSetId dataSet, Optional<KeyUse> key, long length) {
    List<QuotaName> names = EgressKey.quotas(dataSet, key);
    for (int i = 0; i < names.size(); i++) {
      Quota.Outcome outcome = reserveFirst(hold, names.get(i), length);
      if (outcome != Quota.Outcome.RESERVED) {
        quota.giveBack(names.subList(0, i), slice(length));
        return Optional.of(problem(outcome, names.get(i), key, length));
      }
    }
    return Optional.empty();
  }

  /** Gives the first slice back. */
  void giveBack(DataSetId dataSet, Optional<KeyUse> key, long length) {
    quota.giveBack(EgressKey.quotas(dataSet, key), slice(length));
  }

  private static long slice(long length) {
    return Math.min(length, Quota.SLICE);
  }

  /** Reserves the first slice, if as much as the whole response is left now. */
  private Quota.Outcome reserveFirst(Quota.Hold hold, QuotaName name, long length) {
    long slice = slice(length);
    if (length == slice || length <= quota.remaining(name)) {
      return hold.reserve(name, slice);
    }
    Quota.Outcome whole = hold.reserve(name, length);
    if (whole == Quota.Outcome.RESERVED) {
      // it has just become enough
      quota.giveBack(name, length - slice);
    }
    return whole;
  }

  private Problem problem(
      Quota.Outcome outcome, QuotaName name, Optional<KeyUse> key, long length) {
    return switch (outcome) {
      case CONTENDED -> Problem.of(Refusal.QUOTA_RESERVED);
      case UNREACHABLE -> Problem.of(Refusal.LEASE_DESK_UNREACHABLE);
      case EXHAUSTED ->
          switch (name) {
            case QuotaName.OfDataSet(DataSetId dataSet, _) -> unpaid(dataSet, name, length);
            case QuotaName.OfKey cap -> usedUp(cap, key.orElseThrow(), length);
          };
      case RESERVED -> throw new IllegalStateException("expected a shortage, found none");
    };
  }

  private Problem unpaid(DataSetId dataSet, QuotaName name, long length) {
    return new Problem(
        Refusal.CDN_QUOTA_EXHAUSTED,
        List.of(
            "data set: " + dataSet.number(),
            "bytes that remain: " + quota.remaining(name),
            "bytes asked for: " + length,
            "top up: topUpCDNPaymentRails of the FWSS contract"));
  }

  private Problem usedUp(QuotaName.OfKey cap, KeyUse key, long length) {
    long bytes =
        key.caps().stream()
            .filter(each -> each.name().equals(cap))
            .mapToLong(KeyUse.Cap::bytes)
            .findFirst()
            .orElseThrow();
    long remaining = quota.remaining(cap);
    List<String> details =
        List.of(
            "period: " + cap.period(),
            "bytes of the key in it: " + bytes,
            "bytes that remain: " + remaining,
            "bytes asked for: " + length);
    return switch (cap.period()) {
      case CapPeriod.Life _ ->
          new Problem(
              Refusal.KEY_BYTES_USED_UP,
              details,
              Optional.of(new RateLimit("life", "content-bytes", bytes, remaining, 0, 0)));
      case CapPeriod.Day day ->
          new Problem(Refusal.KEY_BYTES_EXHAUSTED, details, limit("day", day, bytes, remaining));
      case CapPeriod.Month month ->
          new Problem(
              Refusal.KEY_BYTES_EXHAUSTED, details, limit("month", month, bytes, remaining));
    };
  }

  private Optional<RateLimit> limit(String name, CapPeriod period, long bytes, long remaining) {
    Instant start = period.start().orElseThrow();
    Instant end = period.end().orElseThrow();
    // whoever comes a moment before the end is told to wait a second
    long left = Math.max(1, Duration.between(clock.instant(), end).plusMillis(999).toSeconds());
    return Optional.of(
        new RateLimit(
            name,
            "content-bytes",
            bytes,
            remaining,
            Duration.between(start, end).toSeconds(),
            left));
  }
}
