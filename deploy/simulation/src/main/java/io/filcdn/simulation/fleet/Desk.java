package io.filcdn.simulation.fleet;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.quota.Holding;
import io.filcdn.metrics.quota.LeaseGrant;
import io.filcdn.metrics.quota.LeaseGrant.Held;
import io.filcdn.metrics.quota.LeaseSize;
import io.filcdn.simulation.fleet.Books.BrokenException;
import io.filcdn.simulation.fleet.Tally.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Metrics' desk: it decides as the service does, by {@link LeaseGrant}, and keeps in memory what
 * the service keeps in its tables.
 */
public final class Desk {

  /** The decision on an ask: {@link LeaseGrant}'s, but for tests of what is wrong. */
  public interface Decision {
    LeaseGrant of(Ask ask, Holding was, Held all, long unspent, LeaseSize size);
  }

  /** The service's decision. */
  public static final Decision REAL =
      (ask, was, all, unspent, size) ->
          LeaseGrant.of(ask, was, all, _ -> Optional.of(unspent), size);

  private static final class Pot {
    private final Map<JournalId, Holding> holdings = new HashMap<>();
    private long held;
    private long used;
  }

  private final Settings settings;
  private final Decision decision;
  private final Timeline time;
  private final Books books;
  private final Tally tally;
  private final Map<QuotaName, Pot> pots = new LinkedHashMap<>();
  private final Map<JournalId, Set<QuotaName>> journals = new HashMap<>();
  private long calls;

  Desk(Settings settings, Decision decision, Timeline time, Books books, Tally tally) {
    this.settings = settings;
    this.decision = decision;
    this.time = time;
    this.books = books;
    this.tally = tally;
  }

  /** The number of calls for leases. */
  public long calls() {
    return calls;
  }

  LeaseAnswer lease(LeaseRequest request) {
    calls++;
    List<Lease> leases = new ArrayList<>(request.asks().size());
    for (Ask ask : request.asks()) {
      leases.add(lease(request.journal(), ask));
    }
    return new LeaseAnswer(false, settings.timeToLive().toMillis(), leases);
  }

  private Lease lease(JournalId journal, Ask ask) {
    QuotaName name = ask.name();
    Pot pot = pot(name);
    Holding was = pot.holdings.getOrDefault(journal, Holding.NONE);
    long unspent = Math.max(0, books.granted(name) - pot.used);
    LeaseGrant grant = decision.of(ask, was, new Held(pot.held, 0), unspent, settings.size());
    count(Kind.ASKS, name);
    if (ask.needed().bytes() > was.acquired().bytes()) {
      count(Kind.URGENT_ASKS, name);
    }
    if (grant.changes()) {
      count(Kind.WRITTEN_LEASES, name);
      pot.holdings.put(journal, grant.now());
      pot.held = grant.all().bytes();
      journals.computeIfAbsent(journal, _ -> new HashSet<>()).add(name);
    }
    return grant.lease(ask);
  }

  private void count(Kind kind, QuotaName name) {
    books.tally(tally, kind, time.now(), name, 1);
  }

  private Pot pot(QuotaName name) {
    return pots.computeIfAbsent(name, _ -> new Pot());
  }

  /**
   * Takes what a record used from what its journal holds.
   *
   * @param spent is told of the leases that change
   */
  void apply(EgressRecord record, Set<Spent> spent) {
    for (EgressRow row : record.rows()) {
      switch (row) {
        case EgressRow.Egress egress ->
            apply(record.journal(), QuotaName.cdn(row.dataSet()), egress.egressBytes(), spent);
        case EgressRow.Fill fill ->
            apply(record.journal(), QuotaName.cacheMiss(row.dataSet()), fill.fillBytes(), spent);
        case EgressRow.Unbilled _ -> {
          // nobody pays for it
        }
      }
    }
  }

  /** A lease that records were taken from. */
  record Spent(JournalId journal, QuotaName name) {}

  private void apply(JournalId journal, QuotaName name, ByteCount bytes, Set<Spent> spent) {
    Pot pot = pot(name);
    Holding was = pot.holdings.getOrDefault(journal, Holding.NONE);
    if (bytes.bytes() > was.held()) {
      throw new BrokenException(
          "expected at most %d bytes of %s, which the journal holds, found %d"
              .formatted(was.held(), name, bytes.bytes()));
    }
    Holding now = new Holding(was.acquired(), was.returned(), was.applied().plus(bytes));
    pot.holdings.put(journal, now);
    pot.held += now.held() - was.held();
    pot.used += bytes.bytes();
    spent.add(new Spent(journal, name));
    books.counted(name, bytes.bytes());
  }

  /** Sets free what a journal holds that is complete. */
  void end(JournalId journal) {
    Set<QuotaName> names = journals.remove(journal);
    if (names != null) {
      for (QuotaName name : names) {
        Pot pot = pot(name);
        Holding last = pot.holdings.remove(journal);
        pot.held -= last == null ? 0 : last.held();
      }
    }
  }

  /** The bytes that edges hold, of all data sets. */
  long held() {
    long held = 0;
    for (Map.Entry<QuotaName, Pot> pot : pots.entrySet()) {
      held += pot.getValue().held * books.weight(pot.getKey());
    }
    return held;
  }

  /** The leases that are kept, of all data sets. */
  long leases() {
    long leases = 0;
    for (Map.Entry<QuotaName, Pot> pot : pots.entrySet()) {
      leases += pot.getValue().holdings.size() * books.weight(pot.getKey());
    }
    return leases;
  }

  /** Looks whether what is held of each quota is what its journals hold, and was paid for. */
  void balance() {
    pots.forEach(
        (name, pot) -> {
          long held = pot.holdings.values().stream().mapToLong(Holding::held).sum();
          if (held != pot.held || held + pot.used > books.granted(name)) {
            throw new BrokenException(
                "expected %d bytes of %s held, and %d of %d used, found %d"
                    .formatted(pot.held, name, pot.used, books.granted(name), held));
          }
        });
  }
}
