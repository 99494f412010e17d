package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;

/**
 * Bytes that clients got from a fill whose verdict is still open. They become billable when it
 * verifies, and are recorded as unbilled when it does not; a crash before that loses them, in the
 * payers' favour.
 */
public final class UnverifiedEgress {

  private enum Verdict {
    OPEN,
    VERIFIED,
    FAILED
  }

  private final EgressCounts counts;
  private final Quota quota;

  @GuardedBy("this")
  private final Map<EgressKey, long[]> held = new HashMap<>();

  @GuardedBy("this")
  private Verdict verdict = Verdict.OPEN;

  UnverifiedEgress(EgressCounts counts, Quota quota) {
    this.counts = counts;
    this.quota = quota;
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
  public void verified() {
    settle(Verdict.VERIFIED);
  }

  /** The fill did not verify: nothing is billable. */
  public void failed() {
    settle(Verdict.FAILED);
  }

  private synchronized void settle(Verdict reached) {
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
        quota.giveBack(Quota.Kind.CDN, key.dataSet(), bytes);
      }
    }
  }
}
