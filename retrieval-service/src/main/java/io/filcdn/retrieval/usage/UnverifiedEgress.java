package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.retrieval.usage.UnverifiedBudget.Cause;
import io.filcdn.retrieval.usage.UnverifiedBudget.Share;
import io.filcdn.retrieval.usage.UnverifiedBudget.Supplier;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Bytes that clients got from a fill whose verdict is still open. They become billable when it
 * verifies, and are recorded as unbilled when it does not; a crash before that loses them, in the
 * payers' favour. What may be sent before the verdict is held of the {@link UnverifiedBudget} in
 * slices.
 */
public final class UnverifiedEgress {

  private enum Verdict {
    OPEN,
    VERIFIED,
    FAILED
  }

  private final EgressCounts counts;
  private final Quota quota;
  private final UnverifiedBudget budget;
  private final long slice;

  @GuardedBy("this")
  private final Map<EgressKey, long[]> held = new HashMap<>();

  /** The slices that are held of the budget. */
  @GuardedBy("this")
  private final Map<Share, Long> unverified = new HashMap<>();

  /** The suppliers of the bytes, by the first that each supplied. */
  @GuardedBy("this")
  private final TreeMap<Long, Supplier> suppliers = new TreeMap<>();

  @GuardedBy("this")
  private Verdict verdict = Verdict.OPEN;

  @GuardedBy("this")
  private Cause cause = Cause.OTHER;

  /**
   * @param slice how many bytes are held of the budget at a time
   */
  UnverifiedEgress(EgressCounts counts, Quota quota, UnverifiedBudget budget, long slice) {
    this.counts = counts;
    this.quota = quota;
    this.budget = budget;
    this.slice = slice;
  }

  /** Tells who supplies the bytes from {@code position} on. */
  public synchronized void suppliedBy(Supplier supplier, long position) {
    if (suppliers.isEmpty() || !suppliers.lastEntry().getValue().equals(supplier)) {
      suppliers.put(position, supplier);
    }
  }

  /**
   * Bytes that a response may send before the verdict.
   *
   * @param share where they are held, with the supplier of the first of them
   */
  record Slice(Share share, long bytes) {}

  /**
   * Lets a response send more bytes before the verdict.
   *
   * @param position of the first of them in the piece
   * @param most how many it can need
   * @return none where it has to wait for the verdict
   */
  synchronized Optional<Slice> slice(EgressKey key, long position, long most) {
    Map.Entry<Long, Supplier> supplier = suppliers.floorEntry(position);
    if (verdict != Verdict.OPEN || supplier == null) {
      return Optional.empty();
    }
    Share share = new Share(key.dataSet(), supplier.getValue());
    long bytes = Math.min(slice, most);
    if (!budget.hold(share, bytes)) {
      return Optional.empty();
    }
    unverified.merge(share, bytes, Math::addExact);
    return Optional.of(new Slice(share, bytes));
  }

  /** Takes back what a response was allowed to send and did not. */
  synchronized void unused(Share share, long bytes) {
    switch (verdict) {
      case OPEN -> {
        unverified.merge(share, -bytes, Math::addExact);
        budget.free(share, bytes);
      }
      case FAILED -> budget.refund(share, bytes, cause);
      case VERIFIED -> {
        // all was freed
      }
    }
  }

  synchronized void add(EgressKey key, long bytes, long requests) {
    if (verdict == Verdict.OPEN) {
      long[] sums = held.computeIfAbsent(key, k -> new long[2]);
      sums[0] = Math.addExact(sums[0], bytes);
      sums[1] = Math.addExact(sums[1], requests);
    } else {
      pass(key, bytes, requests);
    }
  }

  /** The fill verified: all is billable. */
  public synchronized void verified() {
    settle(Verdict.VERIFIED);
    unverified.forEach(budget::free);
    unverified.clear();
  }

  /** The fill did not verify: nothing is billable. */
  public synchronized void failed(Cause why) {
    cause = why;
    settle(Verdict.FAILED);
    unverified.forEach((share, bytes) -> budget.spend(share, bytes, why));
    unverified.clear();
  }

  @GuardedBy("this")
  private void settle(Verdict reached) {
    if (verdict != Verdict.OPEN) {
      throw new IllegalStateException("a fill has one verdict, and this one is " + verdict);
    }
    verdict = reached;
    held.forEach((key, sums) -> pass(key, sums[0], sums[1]));
    held.clear();
  }

  @GuardedBy("this")
  private void pass(EgressKey key, long bytes, long requests) {
    if (verdict == Verdict.VERIFIED) {
      counts.egress(key, bytes, requests);
    } else {
      counts.unverified(key, bytes, requests);
      if (key.bot().isEmpty()) {
        budget.lost(bytes);
        quota.giveBack(key.quotas(), bytes);
      }
    }
  }
}
