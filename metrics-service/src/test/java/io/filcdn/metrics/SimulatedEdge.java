package io.filcdn.metrics;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.EgressRow.UsedKey;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.quota.LeaseDesk;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** An edge as a plain model: it serves only what it leased, and counts what it served. */
final class SimulatedEdge {

  private static final long SLICE = 2000;

  private final LeaseDesk desk;
  private final List<Run> over = new ArrayList<>();
  private final Map<QuotaName, Long> served = new HashMap<>();
  private final Map<QuotaName, Long> flushed = new HashMap<>();
  private long nextJournal;
  private Run run;

  SimulatedEdge(long journal, LeaseDesk desk) {
    this.desk = desk;
    this.nextJournal = journal * 1000;
    this.run = new Run(Samples.journal(nextJournal));
  }

  /**
   * The payer of a download.
   *
   * @param key with all caps, where there is one
   * @param caps of which no record tells
   */
  record Payer(DataSetId dataSet, Optional<UsedKey> key, List<CapName> caps) {

    private List<QuotaName> names() {
      List<QuotaName> names = new ArrayList<>();
      names.add(QuotaName.cdn(dataSet));
      key.ifPresent(
          used -> {
            names.add(new QuotaName.OfKey(used.id(), new CapPeriod.Life()));
            names.add(new QuotaName.OfKey(used.id(), new CapPeriod.Day(used.day())));
            names.add(
                new QuotaName.OfKey(used.id(), new CapPeriod.Month(YearMonth.from(used.day()))));
          });
      names.addAll(caps);
      return names;
    }
  }

  private record Download(Payer payer, long bytes) {}

  /** One process: all that a kill -9 takes, but for what was flushed. */
  private static final class Run {
    private final JournalId journal;
    private final Map<Integer, Long> sequences = new HashMap<>();
    private final Map<QuotaName, Account> accounts = new HashMap<>();
    private final List<Download> downloads = new ArrayList<>();
    private final Map<Payer, Long> unflushed = new HashMap<>();

    Run(JournalId journal) {
      this.journal = journal;
    }

    Account account(QuotaName name) {
      return accounts.computeIfAbsent(name, _ -> new Account());
    }
  }

  /** What the edge believes of a quota. */
  private static final class Account {
    private long acquired;
    private long returned;
    private long reserved;
    private long spent;

    long free() {
      return acquired - returned - reserved - spent;
    }
  }

  /** Begins a download, if all of it can be reserved. */
  boolean begin(Payer payer, long bytes) {
    for (QuotaName name : payer.names()) {
      Account account = run.account(name);
      if (account.free() < bytes) {
        long needed = account.acquired + bytes - Math.max(0, account.free());
        ask(name, account, needed + SLICE, needed);
      }
    }
    if (payer.names().stream().allMatch(name -> run.account(name).free() >= bytes)) {
      payer.names().forEach(name -> run.account(name).reserved += bytes);
      run.downloads.add(new Download(payer, bytes));
    }
    return true;
  }

  /** A download ends, or its client leaves midway. */
  void endOne(Random random) {
    if (!run.downloads.isEmpty()) {
      Download download = run.downloads.remove(random.nextInt(run.downloads.size()));
      long all = download.bytes;
      end(download, random.nextBoolean() ? all : random.nextLong(all + 1));
    }
  }

  void endAll() {
    run.downloads.forEach(download -> end(download, download.bytes));
    run.downloads.clear();
  }

  private void end(Download download, long sent) {
    for (QuotaName name : download.payer.names()) {
      Account account = run.account(name);
      account.reserved -= download.bytes;
      account.spent += sent;
      served.merge(name, sent, Long::sum);
    }
    run.unflushed.merge(download.payer, sent, Long::sum);
  }

  /** Gives back what it does not need. */
  boolean giveBack() {
    run.accounts.forEach(
        (name, account) -> {
          account.returned += Math.max(0, account.free());
          ask(name, account, account.acquired, account.acquired);
        });
    return true;
  }

  private void ask(QuotaName name, Account account, long acquired, long needed) {
    Ask ask =
        new Ask(
            name,
            ByteCount.of(acquired),
            ByteCount.of(needed),
            ByteCount.of(account.returned),
            name instanceof CapName ? Optional.of(ByteCount.of(account.spent)) : Optional.empty());
    LeaseAnswer answer =
        TestEdges.lease(desk, new LeaseRequest(run.journal, TestEdges.EDGE, List.of(ask)));
    account.acquired = answer.leases().getFirst().acquired().bytes();
  }

  /** What it served since the last flush, as one record; none where that was nothing. */
  List<EgressRecord> flush(int partition) {
    if (run.unflushed.isEmpty()) {
      return List.of();
    }
    List<EgressRow> rows = new ArrayList<>();
    run.unflushed.forEach(
        (payer, bytes) -> {
          rows.add(Samples.hit(payer.dataSet.number(), bytes, payer.key));
          payer.names().forEach(name -> flushed.merge(name, bytes, Long::sum));
        });
    run.unflushed.clear();
    long sequence = run.sequences.merge(partition, 1L, Long::sum);
    return List.of(Samples.flush(run.journal, partition, sequence, rows.toArray(EgressRow[]::new)));
  }

  /** kill -9, and a start with a new journal. */
  void kill() {
    over.add(run);
    nextJournal++;
    run = new Run(Samples.journal(nextJournal));
  }

  /** Tells that all journals of former runs are complete, and whether all were drained. */
  boolean endJournals() {
    over.removeIf(ended -> TestEdges.end(desk, new JournalEnd(ended.journal, ended.sequences)));
    return over.isEmpty();
  }

  long served(QuotaName name) {
    return served.getOrDefault(name, 0L);
  }

  long flushed(QuotaName name) {
    return flushed.getOrDefault(name, 0L);
  }

  /** The sources that it served from. */
  Set<QuotaName> names() {
    return Set.copyOf(served.keySet());
  }
}
