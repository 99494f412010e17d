package io.filcdn.metrics.quota;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the records of a batch have used of quotas, a sum for each journal and quota. */
public final class Spending {

  private final Map<Account, Long> sums = new HashMap<>();

  /** A journal and one quota. */
  record Account(JournalId journal, QuotaKey quota) {
    private static final Comparator<Account> ORDER =
        Comparator.comparing(Account::quota).thenComparing(account -> account.journal().uuid());
  }

  /** A sum. */
  record Spent(Account account, long bytes) {}

  /** Counts a flush. */
  public void add(EgressRecord flush) {
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

  /** The sums, quota by quota in their order. */
  List<Spent> sums() {
    return sums.entrySet().stream()
        .filter(sum -> sum.getValue() > 0)
        .map(sum -> new Spent(sum.getKey(), sum.getValue()))
        .sorted(Comparator.comparing(Spent::account, Account.ORDER))
        .toList();
  }
}
