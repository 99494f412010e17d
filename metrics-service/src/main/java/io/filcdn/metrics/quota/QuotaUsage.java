package io.filcdn.metrics.quota;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The use of quotas by records, a sum for each journal and quota. */
public final class QuotaUsage {

  private final Map<Account, Long> sums = new HashMap<>();
  private final Set<Account> unlimited = new HashSet<>();

  /** A journal and one quota. */
  record Account(JournalId journal, QuotaKey quota) implements Comparable<Account> {

    private static final Comparator<Account> ORDER =
        Comparator.comparing(Account::quota).thenComparing(account -> account.journal().uuid());

    @Override
    public int compareTo(Account other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * A sum.
   *
   * @param limited whether it may not be more than the journal holds
   */
  record Spent(Account account, long bytes, boolean limited) {}

  /** The use of quotas by one flush. */
  static QuotaUsage of(EgressRecord flush) {
    QuotaUsage usage = new QuotaUsage();
    usage.add(flush);
    return usage;
  }

  private void add(EgressRecord flush) {
    for (EgressRow row : flush.rows()) {
      switch (row) {
        case EgressRow.Egress egress ->
            add(flush.journal(), egress, Kind.CDN, egress.egressBytes().bytes());
        case EgressRow.Fill fill ->
            add(flush.journal(), fill, Kind.CACHE_MISS, fill.fillBytes().bytes());
        case EgressRow.Unbilled _ -> {
          // nobody pays for it
        }
      }
    }
  }

  private void add(JournalId journal, EgressRow row, Kind kind, long bytes) {
    Account account = new Account(journal, new QuotaKey(row.dataSet(), kind));
    sums.merge(account, bytes, Math::addExact);
  }

  /** Adds what a flush has used, which may be more than its journal holds unless it is limited. */
  void add(QuotaUsage flush, boolean limited) {
    flush.sums.forEach((account, bytes) -> sums.merge(account, bytes, Math::addExact));
    if (!limited) {
      unlimited.addAll(flush.sums.keySet());
    }
  }

  /** The sum of each account, those of 0 bytes among them. */
  Map<Account, Long> byAccount() {
    return Collections.unmodifiableMap(sums);
  }

  /** The sums, quota by quota in their order. */
  List<Spent> sums() {
    return sums.entrySet().stream()
        .filter(sum -> sum.getValue() > 0)
        .map(sum -> new Spent(sum.getKey(), sum.getValue(), !unlimited.contains(sum.getKey())))
        .sorted(Comparator.comparing(Spent::account, Account.ORDER))
        .toList();
  }
}
