package io.filcdn.retrieval;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.retrieval.usage.Quota;
import java.util.HashMap;
import java.util.Map;

/**
 * A quota of two accounts a data set, which never gives out more than it was granted and tells what
 * was taken in all. A data set without a grant has no limit.
 */
final class TestQuota implements Quota {

  private final Map<QuotaName, Long> granted = new HashMap<>();
  private final Map<QuotaName, Long> taken = new HashMap<>();
  private final Map<QuotaName, Boolean> contended = new HashMap<>();

  synchronized void grant(String dataSet, Kind kind, long bytes) {
    granted.put(new QuotaName.OfDataSet(DataSetId.of(dataSet), kind), bytes);
  }

  /** From now on what is short is so only because of what others hold. */
  synchronized void contend(String dataSet, Kind kind) {
    contended.put(new QuotaName.OfDataSet(DataSetId.of(dataSet), kind), true);
  }

  /** What was reserved and not given back. */
  synchronized long taken(String dataSet, Kind kind) {
    return taken.getOrDefault(new QuotaName.OfDataSet(DataSetId.of(dataSet), kind), 0L);
  }

  @Override
  public synchronized Outcome reserve(QuotaName account, long bytes) {
    long before = taken.getOrDefault(account, 0L);
    if (before + bytes > granted.getOrDefault(account, Long.MAX_VALUE)) {
      return contended.containsKey(account) ? Outcome.CONTENDED : Outcome.EXHAUSTED;
    }
    taken.put(account, before + bytes);
    return Outcome.RESERVED;
  }

  @Override
  public synchronized void giveBack(QuotaName account, long bytes) {
    long left = taken.getOrDefault(account, 0L) - bytes;
    if (bytes < 0 || left < 0) {
      throw new IllegalStateException(
          "expected to get back what was taken of %s, found %d bytes".formatted(account, bytes));
    }
    taken.put(account, left);
  }

  @Override
  public synchronized long remaining(QuotaName account) {
    Long given = granted.get(account);
    return given == null ? Long.MAX_VALUE : given - taken.getOrDefault(account, 0L);
  }
}
