package io.filcdn.simulation.fleet;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressPartition;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.retrieval.usage.EgressCounts;
import io.filcdn.retrieval.usage.EgressKey;
import io.filcdn.retrieval.usage.LeasedQuota;
import io.filcdn.retrieval.usage.Lessor;
import io.filcdn.retrieval.usage.Quota;
import io.filcdn.retrieval.usage.Quota.Need;
import io.filcdn.simulation.fleet.Tally.Kind;
import io.filcdn.simulation.traffic.Bundle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * An edge: its quota and its counts are the service's own. It serves in no time, flushes at its
 * moments, and asks metrics when its quota says so.
 */
final class SimulatedEdge implements Lessor {

  private final int number;
  private final Settings settings;
  private final Timeline time;
  private final Desk desk;
  private final Metrics metrics;
  private final Books books;
  private final Tally tally;
  private final List<Run> former = new ArrayList<>();

  private int runs;
  private Run run;
  private boolean lost;
  private boolean cutOff;

  /** The time of the next turn of the quota's; of no other event that was meant for one. */
  private long turnAt;

  private boolean signalled;
  private boolean flushes;

  /** One process: what a crash takes, and its journal. */
  private static final class Run {
    private final JournalId journal;
    private final LeasedQuota quota;
    private final EgressCounts counts;
    private final Map<Integer, Long> sequences = new HashMap<>();
    private final List<EgressRecord> unsent = new ArrayList<>();
    private long uncounted;

    Run(JournalId journal, LeasedQuota quota) {
      this.journal = journal;
      this.quota = quota;
      this.counts = new EgressCounts(quota);
    }
  }

  SimulatedEdge(
      int number,
      Settings settings,
      Timeline time,
      Desk desk,
      Metrics metrics,
      Books books,
      Tally tally) {
    this.number = number;
    this.settings = settings;
    this.time = time;
    this.desk = desk;
    this.metrics = metrics;
    this.books = books;
    this.tally = tally;
    this.run = begin();
  }

  private Run begin() {
    JournalId journal = new JournalId(new UUID(number, runs));
    runs++;
    return new Run(
        journal,
        new LeasedQuota(
            this,
            journal,
            name(),
            settings.leases(),
            this::endJournals,
            _ -> Optional.empty(),
            time,
            time::now));
  }

  private String name() {
    return "edge-" + number;
  }

  /** Begins to ask, each edge at another moment. */
  void start() {
    long renews = settings.leases().renewEvery().toNanos();
    turnAt(time.now() + Math.floorMod(number * 7_919L, 1_000L) * (renews / 1_000), false);
  }

  private void turnAt(long at, boolean urgent) {
    turnAt = at;
    signalled = urgent;
    time.at(
        at,
        () -> {
          if (turnAt == at && !lost) {
            turn();
          }
        });
  }

  private void turn() {
    long pause = run.quota.turn(signalled);
    turnAt(time.now() + settings.call().toNanos() + pause, false);
    ask();
  }

  /** Has metrics asked where someone waits for it. */
  private void ask() {
    if (run.quota.takeSignal() && !signalled) {
      turnAt(time.now() + settings.call().toNanos(), true);
    }
  }

  @Override
  public LeaseAnswer lease(LeaseRequest request) throws NotAnsweredException {
    if (cutOff) {
      throw new NotAnsweredException("expected an answer, found that the line is cut");
    }
    return desk.lease(request);
  }

  /** Serves requests, now or when metrics has answered. */
  void serve(Bundle bundle) {
    boolean fills = bundle.cache() == CacheOutcome.MISS;
    Need response = new Need(QuotaName.cdn(bundle.dataSet()), bundle.bytes());
    List<Need> needs =
        fills
            ? List.of(response, new Need(QuotaName.cacheMiss(bundle.dataSet()), bundle.bytes()))
            : List.of(response);
    Run mine = run;
    mine.quota.prepare(needs, hold -> serve(mine, bundle, needs, hold));
    ask();
  }

  private void serve(Run mine, Bundle bundle, List<Need> needs, Quota.Hold hold) {
    for (int i = 0; i < needs.size(); i++) {
      Quota.Outcome outcome = hold.reserve(needs.get(i).name(), bundle.bytes());
      if (outcome != Quota.Outcome.RESERVED) {
        needs.subList(0, i).forEach(need -> mine.quota.giveBack(need.name(), bundle.bytes()));
        hold.release();
        count(refused(outcome), bundle, bundle.requests());
        return;
      }
    }
    hold.release();
    needs.forEach(need -> books.served(need.name(), bundle.bytes()));
    mine.counts.egress(key(bundle), bundle.bytes(), bundle.requests());
    if (needs.size() > 1) {
      mine.counts.fill(bundle.dataSet(), bundle.bytes(), Optional.empty());
    }
    count(Kind.REQUESTS, bundle, bundle.requests());
    count(Kind.BYTES, bundle, bundle.bytes());
    flushLater();
  }

  private void count(Kind kind, Bundle bundle, long count) {
    books.tally(tally, kind, time.now(), QuotaName.cdn(bundle.dataSet()), count);
  }

  private static Kind refused(Quota.Outcome outcome) {
    return switch (outcome) {
      case EXHAUSTED -> Kind.EXHAUSTED;
      case CONTENDED -> Kind.CONTENDED;
      case UNREACHABLE -> Kind.UNREACHABLE;
      case RESERVED -> throw new IllegalStateException("expected a shortage, found none");
    };
  }

  private static EgressKey key(Bundle bundle) {
    return new EgressKey(
        bundle.dataSet(),
        bundle.cache(),
        "2xx",
        bundle.country(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  private void flushLater() {
    if (!flushes) {
      flushes = true;
      long every = settings.flush().toNanos();
      long phase = settings.phase(number);
      long next = Math.floorDiv(time.now() - phase, every) + 1;
      time.at(next * every + phase, this::flush);
    }
  }

  /** Writes what was counted, and sends it where Kafka can be reached. */
  void flush() {
    flushes = false;
    Map<Integer, List<EgressRow>> rows = new TreeMap<>();
    for (EgressRow row : run.counts.take()) {
      eachQuota(row, books::flushed);
      rows.computeIfAbsent(
              EgressPartition.of(row.dataSet(), settings.partitions()), _ -> new ArrayList<>())
          .add(row);
    }
    Instant now = time.instant();
    rows.forEach(
        (partition, some) ->
            run.unsent.add(
                new EgressRecord(
                    run.journal,
                    partition,
                    run.sequences.merge(partition, 1L, Long::sum),
                    name(),
                    now.minus(settings.flush()),
                    now,
                    some)));
    send(run);
  }

  private void send(Run from) {
    if (!cutOff && !lost) {
      from.uncounted += from.unsent.size();
      from.unsent.forEach(record -> metrics.take(record, () -> from.uncounted--));
      from.unsent.clear();
    }
  }

  /** The quotas that a row uses. */
  private interface Use {
    void of(QuotaName name, long bytes);
  }

  private static void eachQuota(EgressRow row, Use use) {
    switch (row) {
      case EgressRow.Egress egress ->
          use.of(QuotaName.cdn(row.dataSet()), bytes(egress.egressBytes()));
      case EgressRow.Fill fill ->
          use.of(QuotaName.cacheMiss(row.dataSet()), bytes(fill.fillBytes()));
      case EgressRow.Unbilled _ -> {
        // nobody pays for it
      }
    }
  }

  private static long bytes(ByteCount count) {
    return count.bytes();
  }

  /** Tells the ends of journals that are complete, as each renewal does. */
  private void endJournals() {
    former.removeIf(
        ended -> {
          boolean applied = ended.uncounted == 0 && ended.unsent.isEmpty();
          if (applied) {
            desk.end(ended.journal);
          }
          return applied;
        });
  }

  /** Takes it away as kill -9 does, with what was not flushed. */
  void lose() {
    for (EgressRow row : run.counts.take()) {
      eachQuota(row, books::lost);
    }
    former.add(run);
    run = begin();
    lost = true;
  }

  /** Starts it again, in a journal of its own. */
  void comeBack() {
    lost = false;
    former.forEach(this::send);
    turnAt(time.now() + settings.call().toNanos(), false);
  }

  /** Cuts the line to metrics and Kafka, or mends it. */
  void cut(boolean isCut) {
    cutOff = isCut;
    former.forEach(this::send);
    send(run);
  }
}
