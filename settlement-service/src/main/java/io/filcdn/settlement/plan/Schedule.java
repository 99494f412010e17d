package io.filcdn.settlement.plan;

import io.filcdn.common.network.Network;
import io.filcdn.settlement.ledger.LedgerConfig;
import io.filcdn.settlement.ledger.Transactions;
import io.filcdn.settlement.model.Activity;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The schedule of what is to be done next. Used by one thread at a time. After a restart, reports
 * and settlements go on in the rhythm of the last ones that were signed.
 */
@ApplicationScoped
public class Schedule {

  /** A task that is done again and again. */
  public enum Entry {
    /** Looking at the chain. */
    LOOK,
    /** Reporting what is due. */
    REPORT,
    /** Settling what is owed. */
    SETTLE,
    /** Comparing ledger, odometers, index and chain. */
    RECONCILE
  }

  private final Network network;
  private final Duration reconcileEvery;
  private final Clock clock;
  private final Map<Entry, Instant> next = new EnumMap<>(Entry.class);

  Schedule(Network network, Transactions transactions, LedgerConfig config, Clock clock) {
    this.network = network;
    this.reconcileEvery = config.reconcileEvery();
    this.clock = clock;
    Instant now = clock.instant();
    next.put(Entry.LOOK, now);
    next.put(Entry.RECONCILE, now);
    next.put(Entry.REPORT, after(transactions, now, every(Entry.REPORT), Activity.REPORT));
    next.put(
        Entry.SETTLE,
        after(
            transactions,
            now,
            every(Entry.SETTLE),
            Activity.SETTLE_CDN,
            Activity.SETTLE_CACHE_MISS));
  }

  private static Instant after(
      Transactions transactions, Instant now, Duration every, Activity... activities) {
    return Stream.of(activities)
        .flatMap(activity -> transactions.lastSigned(activity).stream())
        .max(Instant::compareTo)
        .map(last -> last.plus(every))
        .filter(now::isBefore)
        .orElse(now);
  }

  /** True where it is time. */
  public boolean isTime(Entry entry) {
    return !clock.instant().isBefore(Objects.requireNonNull(next.get(entry)));
  }

  /** Notes that it was done. */
  public void done(Entry entry) {
    next.put(entry, clock.instant().plus(every(entry)));
  }

  private Duration every(Entry entry) {
    return switch (entry) {
      case LOOK -> network.epochDuration();
      case REPORT -> network.reportEvery();
      case SETTLE -> network.settleEvery();
      case RECONCILE -> reconcileEvery;
    };
  }
}
