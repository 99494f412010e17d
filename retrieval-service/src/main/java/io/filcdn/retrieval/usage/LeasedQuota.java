package io.filcdn.retrieval.usage;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.retrieval.usage.LeaseClient.NotAnsweredException;
import io.filcdn.retrieval.usage.LeaseClient.RefusedException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Quota that is leased from metrics before it is spent. Reservations are decided here, from what
 * was leased; one thread asks for more, gives back what is too much, and renews, one request at a
 * time. Who finds too little leased waits for it, with all others who do, and is refused where
 * metrics has said that there is not enough.
 *
 * <p>While metrics does not answer, leases go on for the time that it gave them, and the standing
 * lease after that; what is more than that is refused as unreachable.
 */
public final class LeasedQuota implements Quota, AutoCloseable {

  private static final Logger LOG = Logger.getLogger(LeasedQuota.class);

  private final LeaseClient client;
  private final JournalId journal;
  private final String edge;
  private final LeaseRules rules;
  private final JournalReports reports;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Map<QuotaName, LeaseAccount> accounts = new ConcurrentHashMap<>();
  private final Semaphore signal = new Semaphore(0);
  private final Thread thread;

  private volatile long expiresAt;
  private volatile boolean closed;
  private volatile boolean closing;
  private volatile boolean failing;

  /** True where the caps of keys were not leased when last asked for. Of the thread alone. */
  private boolean keysFail;

  private volatile Optional<String> refused = Optional.empty();

  /**
   * The most times that more is asked for at once; it takes fewer, as each asks for half of what is
   * left.
   */
  private static final int MOST_ROUNDS = 40;

  /** The time after a period's end after which metrics has forgotten it, and some more. */
  private static final Duration FORGOTTEN_AFTER_END = CapPeriod.LEASED_AFTER_END.multipliedBy(5);

  /**
   * @param journal in which this process records what it serves
   */
  public LeasedQuota(
      LeaseClient client,
      JournalId journal,
      String edge,
      LeaseRules rules,
      JournalReports reports,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.client = client;
    this.journal = journal;
    this.edge = edge;
    this.rules = rules;
    this.reports = reports;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.expiresAt = nanoTime.getAsLong();
    this.thread = Thread.ofPlatform().name("filcdn-leases").start(this::run);
  }

  @Override
  public Outcome reserve(QuotaName name, long bytes) {
    return reserve(account(name), bytes, null);
  }

  /**
   * Sets bytes aside.
   *
   * @param mine what was claimed before
   */
  Outcome reserve(LeaseAccount account, long bytes, @Nullable Claim mine) {
    long now = nanoTime.getAsLong();
    if (refusal().isPresent()) {
      return Outcome.UNREACHABLE;
    }
    return now - expiresAt < 0
        ? account.reserve(bytes, mine, now)
        : account.reserveInOutage(bytes, mine, rules.standing());
  }

  @Override
  public void giveBack(QuotaName name, long bytes) {
    LeaseAccount account = account(name);
    account.giveBack(bytes);
    if (account.hasTooMuch(Math.max(rules.advance(), rules.standing()))) {
      signal.release();
    }
  }

  @Override
  public long remaining(QuotaName name) {
    LeaseAccount account = account(name);
    return nanoTime.getAsLong() - expiresAt < 0
        ? account.unspent()
        : account.leftInOutage(rules.standing());
  }

  @Override
  public void prepare(List<Need> needs, Consumer<Hold> then) {
    Context eventLoop = Vertx.currentContext();
    LeaseHold hold =
        new LeaseHold(
            this,
            needs.size(),
            decided -> {
              if (eventLoop == null) {
                then.accept(decided);
              } else {
                eventLoop.runOnContext(_ -> then.accept(decided));
              }
            });
    if (refusal().isEmpty() && !closing) {
      long now = nanoTime.getAsLong();
      needs.forEach(need -> hold.claim(account(need.name()), need.bytes(), now));
    }
    if (hold.isDecided()) {
      then.accept(hold);
    } else {
      signal.release();
    }
  }

  /**
   * The reason that nothing can be leased until someone does something about it; nothing while it
   * can be, or nobody answers.
   */
  public Optional<String> refusal() {
    return closed
        ? Optional.of("the leases of journal %s were ended: restart this edge".formatted(journal))
        : refused;
  }

  /** True where metrics answered when it was last asked. */
  public boolean isAnswered() {
    return !failing;
  }

  LeaseAccount account(QuotaName name) {
    return accounts.computeIfAbsent(name, LeaseAccount::new);
  }

  /** Forgets accounts of days and months that are long over, and of which nothing is here. */
  private void forgetPeriods() {
    Instant then = clock.instant().minus(FORGOTTEN_AFTER_END);
    accounts
        .entrySet()
        .removeIf(
            each ->
                each.getKey()
                        .capPeriod()
                        .flatMap(CapPeriod::end)
                        .filter(end -> end.isBefore(then))
                        .isPresent()
                    && !each.getValue().isInUse());
  }

  private void run() {
    long renewAt = nanoTime.getAsLong();
    while (!closing) {
      boolean renews = nanoTime.getAsLong() - renewAt >= 0;
      boolean heard = sync(renews ? LeaseAccount::isInUse : LeaseAccount::isTouched, false);
      if (heard && renews) {
        reports.tell();
        forgetPeriods();
        renewAt = nanoTime.getAsLong() + rules.renewEvery().toNanos();
      }
      await(
          heard
              ? Math.max(0, renewAt - nanoTime.getAsLong())
              : rules.renewEvery().dividedBy(10).toNanos());
    }
  }

  /** Until someone needs something, or so long. */
  private void await(long nanos) {
    try {
      boolean signalled = signal.tryAcquire(nanos, TimeUnit.NANOSECONDS);
      LOG.tracef("leases: %s", signalled ? "asked for" : "renewed");
      signal.drainPermits();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks for all that is needed of some accounts. */
  private boolean sync(Predicate<LeaseAccount> some, boolean returnAll) {
    Map<Boolean, List<LeaseAccount>> due =
        accounts.values().stream()
            .filter(some)
            .collect(Collectors.partitioningBy(LeaseAccount::isOfKey));
    List<LeaseAccount> keys = requireNonNull(due.get(true));
    try {
      // also where there are none: it tells that this edge lives
      askFirst(requireNonNull(due.get(false)), keys, returnAll);
      refused = Optional.empty();
      tellOf(true, "metrics answers again");
      syncKeys(keys, returnAll);
      return true;
    } catch (RefusedException e) {
      refused = Optional.of("metrics refuses this edge: " + e.getMessage());
      tellOf(false, e.getMessage() + "; nothing is served until metrics takes this edge's word");
      return false;
    } catch (NotAnsweredException e) {
      tellOf(false, e.getMessage() + "; what is leased is served, and then the standing lease");
      return false;
    }
  }

  private void askFirst(List<LeaseAccount> due, List<LeaseAccount> others, boolean returnAll)
      throws NotAnsweredException {
    try {
      askAll(due, returnAll);
    } catch (NotAnsweredException e) {
      leaveUnanswered(others);
      throw e;
    }
  }

  /** Apart: where metrics does not know caps of keys, nothing else suffers. */
  private void syncKeys(List<LeaseAccount> due, boolean returnAll) throws RefusedException {
    if (due.isEmpty()) {
      return;
    }
    if (closed) {
      leaveUnanswered(due);
      return;
    }
    try {
      askAll(due, returnAll);
      keysFail = false;
    } catch (RefusedException e) {
      throw e;
    } catch (NotAnsweredException e) {
      if (!keysFail) {
        LOG.warnf("caps of keys are not leased, and keys that have some are refused: %s", e);
      }
      keysFail = true;
    }
  }

  private void askAll(List<LeaseAccount> due, boolean returnAll) throws NotAnsweredException {
    int from = 0;
    try {
      do {
        int to = Math.min(due.size(), from + LeaseRequest.MOST_ASKS);
        ask(due.subList(from, to), returnAll);
        from = to;
      } while (from < due.size() && !closed);
    } finally {
      leaveUnanswered(due.subList(from, due.size()));
    }
  }

  /** Ends the waiting for what could not be asked for, as a call before it failed. */
  private static void leaveUnanswered(List<LeaseAccount> some) {
    some.forEach(LeaseAccount::unasked);
    some.forEach(account -> account.decided().forEach(LeasedQuota::goOn));
  }

  private void ask(List<LeaseAccount> some, boolean returnAll) throws NotAnsweredException {
    long now = nanoTime.getAsLong();
    List<LeaseAccount> left =
        call(some, account -> returnAll ? account.returnAll() : account.ask(rules, now));
    for (int round = 1; round < MOST_ROUNDS && !left.isEmpty(); round++) {
      left = call(left, account -> account.askAgain(rules));
    }
    left.forEach(LeaseAccount::postpone);
    if (!left.isEmpty()) {
      signal.release();
    }
  }

  /**
   * Makes one call; who waited for what came of it goes on.
   *
   * @return those whose claims are not all decided
   */
  private List<LeaseAccount> call(List<LeaseAccount> some, Function<LeaseAccount, Ask> ask)
      throws NotAnsweredException {
    long now = nanoTime.getAsLong();
    List<LeaseAccount> left = new ArrayList<>();
    try {
      LeaseAnswer answer =
          client.lease(new LeaseRequest(journal, edge, some.stream().map(ask).toList()));
      if (answer.closed()) {
        closed = true;
        LOG.errorf("%s", refusal().orElseThrow());
        some.forEach(LeaseAccount::untold);
        return List.of();
      }
      if (answer.leases().size() != some.size()) {
        throw new NotAnsweredException(
            "expected %d leases, found %d".formatted(some.size(), answer.leases().size()));
      }
      for (int i = 0; i < some.size(); i++) {
        if (some.get(i).told(answer.leases().get(i))) {
          left.add(some.get(i));
        }
      }
      expiresAt = now + TimeUnit.MILLISECONDS.toNanos(answer.millisToLive());
      return left;
    } catch (NotAnsweredException e) {
      some.forEach(LeaseAccount::untold);
      throw e;
    } finally {
      some.forEach(account -> account.decided().forEach(LeasedQuota::goOn));
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

  /** Gives back all that is not used, and tells how much of the journal Kafka has. */
  @Override
  public void close() {
    closing = true;
    signal.release();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sync(LeaseAccount::isInUse, true);
    reports.tell();
    client.close();
  }
}
