package io.filcdn.metrics;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.metrics.quota.LeaseDesk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An edge as a plain model: it serves only what it leased, and counts what it served. */
final class SimulatedEdge {

  private static final long SLICE = 2000;

  private final LeaseDesk desk;
  private final List<Run> over = new ArrayList<>();
  private final Map<DataSetId, Long> served = new HashMap<>();
  private final Map<DataSetId, Long> flushed = new HashMap<>();
  private long nextJournal;
  private Run run;

  SimulatedEdge(long journal, LeaseDesk desk) {
    this.desk = desk;
    this.nextJournal = journal * 1000;
    this.run = new Run(Samples.journal(nextJournal));
  }

  /** One process: all that a kill -9 takes, but for what was flushed. */
  private static final class Run {
    private final JournalId journal;
    private final Map<Integer, Long> sequences = new HashMap<>();
    private final Map<DataSetId, Account> accounts = new HashMap<>();
    private final List<long[]> downloads = new ArrayList<>();
    private final Map<DataSetId, Long> unflushed = new HashMap<>();

    Run(JournalId journal) {
      this.journal = journal;
    }

    Account account(DataSetId dataSet) {
      return accounts.computeIfAbsent(dataSet, _ -> new Account());
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
  boolean begin(DataSetId dataSet, long bytes) {
    Account account = run.account(dataSet);
    if (account.free() < bytes) {
      long needed = account.acquired + bytes - Math.max(0, account.free());
      ask(dataSet, account, needed + SLICE, needed);
    }
    if (account.free() >= bytes) {
      account.reserved += bytes;
      run.downloads.add(new long[] {dataSet.number(), bytes});
    }
    return true;
  }

  /** A download ends, or its client leaves midway. */
  void endOne(Random random) {
    if (!run.downloads.isEmpty()) {
      long[] download = run.downloads.remove(random.nextInt(run.downloads.size()));
      long sent = random.nextBoolean() ? download[1] : random.nextLong(download[1] + 1);
      end(Samples.dataSet(download[0]), download[1], sent);
    }
  }

  void endAll() {
    run.downloads.forEach(download -> end(Samples.dataSet(download[0]), download[1], download[1]));
    run.downloads.clear();
  }

  private void end(DataSetId dataSet, long reserved, long sent) {
    Account account = run.account(dataSet);
    account.reserved -= reserved;
    account.spent += sent;
    served.merge(dataSet, sent, Long::sum);
    run.unflushed.merge(dataSet, sent, Long::sum);
  }

  /** Gives back what it does not need. */
  boolean giveBack() {
    run.accounts.forEach(
        (dataSet, account) -> {
          account.returned += Math.max(0, account.free());
          ask(dataSet, account, account.acquired, account.acquired);
        });
    return true;
  }

  private void ask(DataSetId dataSet, Account account, long acquired, long needed) {
    Ask ask =
        new Ask(
            dataSet,
            Kind.CDN,
            ByteCount.of(acquired),
            ByteCount.of(needed),
            ByteCount.of(account.returned));
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
        (dataSet, bytes) -> {
          rows.add(Samples.hit(dataSet.number(), bytes));
          flushed.merge(dataSet, bytes, Long::sum);
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

  long served(DataSetId dataSet) {
    return served.getOrDefault(dataSet, 0L);
  }

  long flushed(DataSetId dataSet) {
    return flushed.getOrDefault(dataSet, 0L);
  }
}
