package io.filcdn.retrieval.response;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.access.Grant;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.Cap;
import io.filcdn.retrieval.usage.Quota;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The payment of a response before its first byte: its first slice, of its data set's quota and of
 * each cap that holds for it. As much as the whole response has to be left of each.
 *
 * @param quota what is paid from
 */
record Payment(Quota quota, Clock clock) {

  /** Adds what is to be prepared. */
  void prepare(DataSetId dataSet, Grant grant, long length, List<Quota.Need> needs) {
    for (QuotaName name : grant.quotas(dataSet)) {
      // all of a response for which too little is left, as far as is known here
      long first = length <= quota.remaining(name) ? slice(length) : length;
      needs.add(new Quota.Need(name, first));
    }
  }

  /**
   * True where each cap of a data set's own leaves as much as the whole response, when prepared.
   */
  boolean isWithinCaps(DataSetId dataSet, Grant grant, long length) {
    for (Cap cap : grant.caps(dataSet)) {
      if (quota.remaining(cap.name()) < length) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reserves the first slice.
   *
   * @param hold what was kept for it
   * @return why it cannot be paid; nothing stays reserved then
   */
  Optional<Problem> reserve(Quota.Hold hold, DataSetId dataSet, Grant grant, long length) {
    List<QuotaName> names = grant.quotas(dataSet);
    for (int i = 0; i < names.size(); i++) {
      Quota.Outcome outcome = reserveFirst(hold, names.get(i), length);
      if (outcome != Quota.Outcome.RESERVED) {
        quota.giveBack(names.subList(0, i), slice(length));
        return Optional.of(problem(outcome, names.get(i), dataSet, grant, length));
      }
    }
    return Optional.empty();
  }

  /** Gives the first slice back. */
  void giveBack(DataSetId dataSet, Grant grant, long length) {
    quota.giveBack(grant.quotas(dataSet), slice(length));
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
      Quota.Outcome outcome, QuotaName name, DataSetId dataSet, Grant grant, long length) {
    return switch (outcome) {
      case CONTENDED -> Problem.of(Refusal.QUOTA_RESERVED);
      case UNREACHABLE -> Problem.of(Refusal.LEASE_DESK_UNREACHABLE);
      case EXHAUSTED ->
          name instanceof QuotaName.OfDataSet
              ? unpaid(dataSet, name, length)
              : usedUp(name, grant.allowed(dataSet, name), length);
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

  /**
   * @param bytes that the cap allows
   */
  private Problem usedUp(QuotaName name, long bytes, long length) {
    CapRefusal cap = CapRefusal.of(name);
    long remaining = quota.remaining(name);
    return new Problem(
        cap.refusal(),
        List.of(
            "cap: " + cap.name(),
            "bytes that it allows: " + bytes,
            "bytes that remain: " + remaining,
            "bytes asked for: " + length),
        Optional.of(cap.limit(bytes, remaining, clock.instant())));
  }
}
