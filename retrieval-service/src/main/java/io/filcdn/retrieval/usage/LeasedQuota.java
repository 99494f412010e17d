package io.filcdn.retrieval.usage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.retrieval.usage.LeaseClient.NotAnsweredException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Quota that is leased from metrics before it is spent. Reservations are decided here, from what
 * was leased; one thread asks for more, gives back what is too much, and renews, one request at a
 * time. Only who finds nothing leased waits for it.
 *
 * <p>While metrics does not answer, leases go on for the time that it gave them, and the standing
 * lease after that.
 */
public final class LeasedQuota implements Quota, AutoCloseable {

  private static final Logger LOG = Logger.getLogger(LeasedQuota.class);

  private final LeaseClient client;
  private final JournalId journal;
  private final String edge;
  private final LeaseRules rules;
  private final FormerJournals former;
  private final LongSupplier nanoTime;
  private final Map<Key, LeaseAccount> accounts = new ConcurrentHashMap<>();
  private final Semaphore signal = new Semaphore(0);
  private final Thread thread;

  @GuardedBy("this")
  private List<Runnable> waiting = new ArrayList<>();

  private volatile long expiresAt;
  private volatile boolean closed;
  private volatile boolean closing;
  private volatile boolean failing;

  private record Key(DataSetId dataSet, QuotaRecord.Kind kind) {}

  /**
   * @param journal in which this process records what it serves
   */
  public LeasedQuota(
      LeaseClient client,
      JournalId journal,
      String edge,
      LeaseRules rules,
      FormerJournals former,
      LongSupplier nanoTime) {
    this.client = client;
    this.journal = journal;
    this.edge = edge;
    this.rules = rules;
    this.former = former;
    this.nanoTime = nanoTime;
    this.expiresAt = nanoTime.getAsLong();
    this.thread = Thread.ofPlatform().name("filcdn-leases").start(this::run);
  }

  @Override
  public Outcome reserve(Kind kind, DataSetId dataSet, long bytes) {
    LeaseAccount account = account(kind, dataSet);
    long now = nanoTime.getAsLong();
    if (closed) {
      return Outcome.CONTENDED;
    }
    Outcome outcome =
        now - expiresAt < 0
            ? account.reserve(bytes, now)
            : account.reserveInOutage(bytes, rules.standing());
    if (outcome == Outcome.CONTENDED) {
      signal.release();
    }
    return outcome;
  }

  @Override
  public void giveBack(Kind kind, DataSetId dataSet, long bytes) {
    LeaseAccount account = account(kind, dataSet);
    account.giveBack(bytes);
    if (account.hasTooMuch(Math.max(rules.advance(), rules.standing()))) {
      signal.release();
    }
  }

  @Override
  public long remaining(Kind kind, DataSetId dataSet) {
    return account(kind, dataSet).unspent();
  }

  @Override
  public void prepare(List<Need> needs, Runnable then) {
    boolean covered = true;
    long now = nanoTime.getAsLong();
    for (Need need : needs) {
      covered &= account(need.kind(), need.dataSet()).covers(need.bytes(), now);
    }
    if (covered || closed || closing) {
      then.run();
      return;
    }
    synchronized (this) {
      waiting.add(then);
    }
    signal.release();
  }

  /** Whether metrics answered when it was last asked. */
  public boolean isAnswered() {
    return !failing;
  }

  private LeaseAccount account(Kind kind, DataSetId dataSet) {
    QuotaRecord.Kind quota = kind == Kind.CDN ? QuotaRecord.Kind.CDN : QuotaRecord.Kind.CACHE_MISS;
    return accounts.computeIfAbsent(
        new Key(dataSet, quota), key -> new LeaseAccount(key.dataSet, key.kind));
  }

  private void run() {
    long endAgainAt = nanoTime.getAsLong();
    while (!closing) {
      boolean heard = sync(false);
      long now = nanoTime.getAsLong();
      if (heard && now - endAgainAt >= 0) {
        former.tell();
        endAgainAt = now + rules.renewEvery().toNanos();
      }
      await(heard);
    }
  }

  /** Until someone needs something, or it is time to renew; where nobody answers, for a while. */
  private void await(boolean heard) {
    Duration atMost = heard ? rules.renewEvery() : rules.renewEvery().dividedBy(10);
    try {
      boolean signalled = signal.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
      LOG.tracef("leases: %s", signalled ? "asked for" : "renewed");
      signal.drainPermits();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks for all that is needed; who waited for it goes on, whatever came of it. */
  private boolean sync(boolean returnAll) {
    List<Runnable> waited;
    synchronized (this) {
      waited = waiting;
      waiting = new ArrayList<>();
    }
    try {
      List<LeaseAccount> due = accounts.values().stream().filter(LeaseAccount::isInUse).toList();
      int from = 0;
      do {
        int to = Math.min(due.size(), from + LeaseRequest.MOST_ASKS);
        ask(due.subList(from, to), returnAll, true);
        from = to;
      } while (from < due.size() && !closed);
      tellOf(true, "metrics answers again");
      return true;
    } catch (NotAnsweredException e) {
      tellOf(false, e.getMessage() + "; what is leased is served, and then the standing lease");
      return false;
    } finally {
      waited.forEach(LeasedQuota::goOn);
    }
  }

  private void ask(List<LeaseAccount> some, boolean returnAll, boolean mayRepeat)
      throws NotAnsweredException {
    long now = nanoTime.getAsLong();
    List<Ask> asks = some.stream().map(a -> returnAll ? a.returnAll() : a.ask(rules, now)).toList();
    LeaseAnswer answer;
    try {
      answer = client.lease(new LeaseRequest(journal, edge, asks));
    } catch (NotAnsweredException e) {
      some.forEach(LeaseAccount::untold);
      throw e;
    }
    if (answer.closed()) {
      closed = true;
      LOG.errorf("the leases of journal %s were written off: restart this edge", journal);
      return;
    }
    List<LeaseAccount> again = new ArrayList<>();
    for (int i = 0; i < some.size(); i++) {
      if (some.get(i).told(answer.leases().get(i))) {
        again.add(some.get(i));
      }
    }
    expiresAt = now + TimeUnit.MILLISECONDS.toNanos(answer.millisToLive());
    if (!again.isEmpty() && mayRepeat) {
      ask(again, returnAll, false);
    }
  }

  private void tellOf(boolean heard, String message) {
    if (failing == heard) {
      failing = !heard;
      LOG.warnf("leases: %s", message);
    }
  }

  private static void goOn(Runnable waited) {
    try {
      waited.run();
    } catch (RuntimeException e) {
      LOG.error("a response cannot go on", e);
    }
  }

  /** Gives back all that is not used. */
  @Override
  public void close() {
    closing = true;
    signal.release();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sync(true);
    client.close();
  }
}
