package io.filcdn.metrics.quota;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.EgressRow.UsedKey;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.QuotaName;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The use of quotas by records, a sum for each journal and quota; and that of keys, with caps or
 * without.
 */
public final class QuotaUsage {

  private final Map<Account, Long> sums = new HashMap<>();
  private final Set<Account> unlimited = new HashSet<>();
  private final Map<QuotaName.OfKey, Long> ofKeys = new HashMap<>();
  private final Map<KeyId, Instant> lastUses = new HashMap<>();

  /** A journal and one quota. */
  record Account(JournalId journal, QuotaName quota) implements Comparable<Account> {

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

  /**
   * The use of quotas by one flush.
   *
   * @param capped whether a key has a cap in a period, so that its bytes have to be held
   */
  static QuotaUsage of(EgressRecord flush, Predicate<QuotaName.OfKey> capped) {
    QuotaUsage usage = new QuotaUsage();
    usage.add(flush, capped);
    return usage;
  }

  /** The keys that a flush was asked for with. */
  static Stream<KeyId> keys(EgressRecord flush) {
    return flush.rows().stream()
        .flatMap(row -> row instanceof EgressRow.Egress e ? e.key().stream() : Stream.empty())
        .map(UsedKey::id);
  }

  private void add(EgressRecord flush, Predicate<QuotaName.OfKey> capped) {
    for (EgressRow row : flush.rows()) {
      switch (row) {
        case EgressRow.Egress egress -> {
          long bytes = egress.egressBytes().bytes();
          add(flush.journal(), QuotaName.cdn(egress.dataSet()), bytes);
          egress.key().ifPresent(key -> add(flush, key, bytes, capped));
        }
        case EgressRow.Fill fill ->
            add(flush.journal(), QuotaName.cacheMiss(fill.dataSet()), fill.fillBytes().bytes());
        case EgressRow.Unbilled _ -> {
          // nobody pays for it
        }
      }
    }
  }

  private void add(JournalId journal, QuotaName name, long bytes) {
    sums.merge(new Account(journal, name), bytes, Math::addExact);
  }

  private void add(EgressRecord flush, UsedKey key, long bytes, Predicate<QuotaName.OfKey> capped) {
    List<CapPeriod> periods =
        List.of(
            new CapPeriod.Life(),
            new CapPeriod.Day(key.day()),
            new CapPeriod.Month(YearMonth.from(key.day())));
    for (CapPeriod period : periods) {
      QuotaName.OfKey name = new QuotaName.OfKey(key.id(), period);
      ofKeys.merge(name, bytes, Math::addExact);
      if (capped.test(name)) {
        add(flush.journal(), name, bytes);
      }
    }
    lastUses.merge(key.id(), flush.to(), QuotaUsage::later);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /** Adds what a flush has used, which may be more than its journal holds unless it is limited. */
  void add(QuotaUsage flush, boolean limited) {
    flush.sums.forEach((account, bytes) -> sums.merge(account, bytes, Math::addExact));
    flush.ofKeys.forEach((name, bytes) -> ofKeys.merge(name, bytes, Math::addExact));
    flush.lastUses.forEach((key, at) -> lastUses.merge(key, at, QuotaUsage::later));
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

  /** The bytes that each key used in each period. */
  Map<QuotaName.OfKey, Long> ofKeys() {
    return Collections.unmodifiableMap(ofKeys);
  }

  /** The ends of the last flushes in which keys were used. */
  Map<KeyId, Instant> lastUses() {
    return Collections.unmodifiableMap(lastUses);
  }
}
