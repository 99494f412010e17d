package io.filcdn.settlement.plan;

import io.filcdn.common.network.Network;
import io.filcdn.common.time.Recurrence;
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
import java.util.Optional;
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
  private final Map<Entry, Recurrence> turns = new EnumMap<>(Entry.class);

  Schedule(Network network, Transactions transactions, LedgerConfig config, Clock clock) {
    this.network = network;
    this.reconcileEvery = config.reconcileEvery();
    this.clock = clock;
    begin(Entry.LOOK, Optional.empty());
    begin(Entry.RECONCILE, Optional.empty());
    begin(Entry.REPORT, last(transactions, Activity.REPORT));
    begin(Entry.SETTLE, last(transactions, Activity.SETTLE_CDN, Activity.SETTLE_CACHE_MISS));
  }

  private void begin(Entry entry, Optional<Instant> last) {
    Duration every = every(entry);
    Instant next = last.map(time -> time.plus(every)).orElseGet(clock::instant);
    turns.put(entry, new Recurrence(every, next, clock));
  }

  private static Optional<Instant> last(Transactions transactions, Activity... activities) {
    return Stream.of(activities)
        .flatMap(activity -> transactions.lastSigned(activity).stream())
        .max(Instant::compareTo);
  }

  /** True where it is time. */
  public boolean isTime(Entry entry) {
    return turn(entry).isDue();
  }

  /** Notes that it was done. */
  public void done(Entry entry) {
    turn(entry).done();
  }

  private Recurrence turn(Entry entry) {
    return Objects.requireNonNull(turns.get(entry));
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
