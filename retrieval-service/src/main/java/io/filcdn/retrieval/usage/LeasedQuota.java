package io.filcdn.retrieval.usage;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.usage.LeaseAccount.Kind;
import io.filcdn.retrieval.usage.LeaseClient.RefusedException;
import io.filcdn.retrieval.usage.Lessor.NotAnsweredException;
import io.filcdn.service.tracing.TraceLinks;
import io.filcdn.service.tracing.Tracing;
import io.opentelemetry.api.trace.SpanKind;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  private final Lessor lessor;
  private final JournalId journal;
  private final String edge;
  private final LeaseRules rules;
  private final Runnable reports;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Map<QuotaName, LeaseAccount> accounts = new ConcurrentHashMap<>();
  private final Semaphore signal = new Semaphore(0);

  /** The spans of requests that wait for the next call. */
  private final TraceLinks waiting = new TraceLinks();

  private final Function<DataSetId, Optional<Address>> payers;

  /** The places for accounts of clients and tokens. While they are few, idle ones are forgotten. */
  private final AccountPlaces places = new AccountPlaces(MOST_OF_ONE);

  private final Thread thread;

  /** The time when metrics is to hear of this edge next. Of one turn at a time. */
  private long renewAt;

  /** True where metrics answered the last turn. Of one turn at a time. */
  private boolean heard;

  private volatile long expiresAt;
  private volatile boolean closed;
  private volatile boolean closing;
  private volatile boolean failing;

  /** The kinds of caps that were not leased when last asked for. Of the thread alone. */
  private final Set<Kind> failingCaps = EnumSet.noneOf(Kind.class);

  /** The keys of buckets that metrics told of last, and those before them that may be needed. */
  private volatile List<CapSalt> salts = List.of();

  private volatile Optional<String> refused = Optional.empty();

  /**
   * The most times that more is asked for at once; it takes fewer, as each asks for half of what is
   * left.
   */
  private static final int MOST_ROUNDS = 40;

  /** The most clients and tokens that have an account at a time; who comes then is refused. */
  private static final int MOST_OF_ONE = 50_000;

  /** The time after a period's end after which metrics has forgotten it, and some more. */
  private static final Duration FORGOTTEN_AFTER_END = CapPeriod.LEASED_AFTER_END.multipliedBy(5);

  /**
   * Leases nothing before it is {@linkplain #start started}, or whoever made it takes {@linkplain
   * #turn turns}.
   *
   * @param lessor who is asked, by one thread at a time
   * @param journal in which this process records what it serves
   * @param reports told after each renewal
   * @param payers of data sets, who share the places for clients and tokens
   */
  public LeasedQuota(
      Lessor lessor,
      JournalId journal,
      String edge,
      LeaseRules rules,
      Runnable reports,
      Function<DataSetId, Optional<Address>> payers,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.lessor = lessor;
    this.journal = journal;
    this.edge = edge;
    this.rules = rules;
    this.reports = reports;
    this.payers = payers;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.expiresAt = nanoTime.getAsLong();
    this.renewAt = expiresAt;
    this.thread = Thread.ofPlatform().name("filcdn-leases").unstarted(this::run);
  }

  /** Begins to ask, on a thread of its own. */
  public LeasedQuota start() {
    thread.start();
    return this;
  }

  @Override
  public Outcome reserve(QuotaName name, long bytes) {
    return known(name).map(account -> reserve(account, bytes, null)).orElse(Outcome.UNREACHABLE);
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
        : account.reserveInOutage(bytes, mine);
  }

  @Override
  public void giveBack(QuotaName name, long bytes) {
    known(name).ifPresent(account -> giveBack(account, bytes));
  }

  private void giveBack(LeaseAccount account, long bytes) {
    account.giveBack(bytes);
    if (account.hasTooMuch()) {
      signal.release();
    }
  }

  @Override
  public void served(QuotaName name, long bytes) {
    known(name).ifPresent(account -> account.served(bytes));
  }

  @Override
  public long remaining(QuotaName name) {
    Optional<LeaseAccount> account = known(name);
    if (account.isEmpty()) {
      return Long.MAX_VALUE;
    }
    return nanoTime.getAsLong() - expiresAt < 0
        ? account.get().unspent()
        : account.get().leftInOutage();
  }

  @Override
  public Optional<CapSalt> salt(LocalDate day) {
    for (CapSalt salt : salts) {
      if (salt.day().equals(day)) {
        return Optional.of(salt);
      }
    }
    return Optional.empty();
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
      needs.forEach(need -> claim(hold, need, now));
    }
    if (hold.isDecided()) {
      then.accept(hold);
    } else {
      waiting.add(Tracing.current());
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

  /** Claims bytes; of a client or token not in the middle of its account's being forgotten. */
  private void claim(LeaseHold hold, Need need, long now) {
    if (!LeaseRules.isOfOne(need.name())) {
      hold.claim(account(need.name()), need.bytes(), now);
      return;
    }
    accounts.compute(
        need.name(),
        (name, there) -> {
          LeaseAccount account = there == null ? enter(name) : there;
          if (account != null) {
            hold.claim(account, need.bytes(), now);
          }
          return account;
        });
  }

  /** The account of a client or token that had none; null where there is no place for it. */
  private @Nullable LeaseAccount enter(QuotaName name) {
    Optional<Address> payer =
        switch (name) {
          case CapName.OfToken token -> Optional.of(token.payer());
          case CapName.OfPolicy policy -> payers.apply(policy.dataSet());
          case QuotaName.OfDataSet _, QuotaName.OfKey _ -> Optional.empty();
        };
    return places.enter(payer) ? new LeaseAccount(name, rules, payer) : null;
  }

  private LeaseAccount account(QuotaName name) {
    return accounts.computeIfAbsent(name, each -> new LeaseAccount(each, rules, Optional.empty()));
  }

  /** The account of a quota; of a client or token only if it claimed something before. */
  Optional<LeaseAccount> known(QuotaName name) {
    return LeaseRules.isOfOne(name)
        ? Optional.ofNullable(accounts.get(name))
        : Optional.of(account(name));
  }

  /**
   * Forgets accounts whose time is long over and of which nothing is here, and idle ones of one.
   */
  private void forget(boolean crowded) {
    Instant then = clock.instant().minus(FORGOTTEN_AFTER_END);
    long now = nanoTime.getAsLong();
    for (QuotaName name : accounts.keySet()) {
      boolean over = name.end().filter(end -> end.isBefore(then)).isPresent();
      if (over || LeaseRules.isOfOne(name)) {
        accounts.computeIfPresent(
            name,
            (_, account) ->
                account.isForgettable(now, crowded) || over && !account.isInUse()
                    ? gone(account)
                    : account);
      }
    }
  }

  private @Nullable LeaseAccount gone(LeaseAccount account) {
    if (account.isOfOne()) {
      places.leave(account.payer());
    }
    return null;
  }

  private void run() {
    boolean signalled = false;
    while (!closing) {
      signalled = await(turnWhateverFails(signalled));
    }
  }

  /** Whatever fails, this goes on: there is no other thread that would. Nobody waits for it. */
  private long turnWhateverFails(boolean signalled) {
    try {
      return turn(signalled);
    } catch (RuntimeException | Error e) {
      LOG.error("leases cannot be asked for; it is tried again", e);
      leaveUnanswered(List.copyOf(accounts.values()));
      heard = false;
      return pauseNanos();
    }
  }

  /**
   * Asks once for all there is to ask for now, and renews when it is time.
   *
   * @param signalled whether someone {@linkplain #takeSignal waits}, so that only what cannot wait
   *     is asked for before it is time
   * @return nanoseconds after which the next turn is due, unless someone waits earlier
   */
  public long turn(boolean signalled) {
    boolean renews = !heard || !signalled || nanoTime.getAsLong() - renewAt >= 0;
    boolean crowded = places.areFew();
    heard = renew(renews, crowded);
    if (heard && (renews || crowded)) {
      forget(crowded);
    }
    if (heard && renews) {
      reports.run();
      renewAt = nanoTime.getAsLong() + rules.renewEvery().toNanos();
    }
    return heard ? Math.max(0, renewAt - nanoTime.getAsLong()) : pauseNanos();
  }

  /** The time after which it is asked again, where there was no answer. */
  private long pauseNanos() {
    return rules.renewEvery().dividedBy(10).toNanos();
  }

  /** True where someone began to wait, or too much came to lie here, since this was last asked. */
  public boolean takeSignal() {
    return signal.drainPermits() > 0;
  }

  /** Asks for what someone waits for; what can wait is asked for when leases are renewed. */
  private boolean renew(boolean renews, boolean crowded) {
    long now = nanoTime.getAsLong();
    return sync(
        renews || crowded ? account -> account.isDue(now, crowded) : LeaseAccount::isUrgent,
        renews,
        account -> account.ask(now, crowded));
  }

  /**
   * Waits until someone needs something, or so long.
   *
   * @return whether someone does
   */
  private boolean await(long nanos) {
    try {
      boolean signalled = signal.tryAcquire(nanos, TimeUnit.NANOSECONDS);
      LOG.tracef("leases: %s", signalled ? "asked for" : "renewed");
      signal.drainPermits();
      return signalled;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Asks for some accounts.
   *
   * @param renews whether metrics is to hear of this edge also where there are none
   */
  private boolean sync(
      Predicate<LeaseAccount> some, boolean renews, Function<LeaseAccount, Ask> ask) {
    Map<Kind, List<LeaseAccount>> due =
        accounts.values().stream().filter(some).collect(Collectors.groupingBy(LeaseAccount::kind));
    List<LeaseAccount> keys = due.getOrDefault(Kind.KEYS, List.of());
    List<LeaseAccount> caps = due.getOrDefault(Kind.OTHER_CAPS, List.of());
    try {
      if (renews || due.containsKey(Kind.DATA_SETS)) {
        askFirst(due.getOrDefault(Kind.DATA_SETS, List.of()), List.of(keys, caps), ask);
        refused = Optional.empty();
        tellOf(true, "metrics answers again");
      }
      syncCaps(Kind.KEYS, keys, ask);
      syncCaps(Kind.OTHER_CAPS, caps, ask);
      return true;
    } catch (RefusedException e) {
      leaveUnanswered(caps);
      refused = Optional.of("metrics refuses this edge: " + e.getMessage());
      tellOf(false, e.getMessage() + "; nothing is served until metrics takes this edge's word");
      return false;
    } catch (NotAnsweredException e) {
      tellOf(false, e.getMessage() + "; what is leased is served, and then the standing lease");
      return false;
    }
  }

  private void askFirst(
      List<LeaseAccount> due, List<List<LeaseAccount>> others, Function<LeaseAccount, Ask> ask)
      throws NotAnsweredException {
    try {
      askAll(due, ask);
    } catch (NotAnsweredException e) {
      others.forEach(LeasedQuota::leaveUnanswered);
      throw e;
    }
  }

  /** Apart: where metrics does not know caps of this kind, nothing else suffers. */
  private void syncCaps(Kind kind, List<LeaseAccount> due, Function<LeaseAccount, Ask> ask)
      throws RefusedException {
    if (due.isEmpty()) {
      return;
    }
    if (closed) {
      leaveUnanswered(due);
      return;
    }
    try {
      askAll(due, ask);
      failingCaps.remove(kind);
    } catch (RefusedException e) {
      throw e;
    } catch (NotAnsweredException e) {
      if (failingCaps.add(kind)) {
        LOG.warnf("caps are not leased, and requests under some are refused: %s", e);
      }
    }
  }

  private void askAll(List<LeaseAccount> due, Function<LeaseAccount, Ask> ask)
      throws NotAnsweredException {
    int from = 0;
    try {
      do {
        int to = Math.min(due.size(), from + LeaseRequest.MOST_ASKS);
        askFor(due.subList(from, to), ask);
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

  private void askFor(List<LeaseAccount> some, Function<LeaseAccount, Ask> ask)
      throws NotAnsweredException {
    boolean crowded = places.areFew();
    List<LeaseAccount> left = call(some, ask);
    for (int round = 1; round < MOST_ROUNDS && !left.isEmpty(); round++) {
      left = call(left, account -> account.askAgain(crowded));
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
      LeaseAnswer answer = lease(new LeaseRequest(journal, edge, some.stream().map(ask).toList()));
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
      learn(answer.salts());
      expiresAt = now + TimeUnit.MILLISECONDS.toNanos(answer.millisToLive());
      return left;
    } catch (NotAnsweredException e) {
      some.forEach(LeaseAccount::untold);
      throw e;
    } finally {
      some.forEach(account -> account.decided().forEach(LeasedQuota::goOn));
    }
  }

  private LeaseAnswer lease(LeaseRequest request) throws NotAnsweredException {
    return Tracing.within(
        "POST " + LeaseRequest.PATH, SpanKind.CLIENT, waiting.take(), () -> lessor.lease(request));
  }

  /** Keeps the keys of the days that were told, and of the day before: clocks differ. */
  private void learn(List<CapSalt> told) {
    List<CapSalt> last = salts;
    if (told.isEmpty() || last.containsAll(told)) {
      return;
    }
    LocalDate first = told.getFirst().day().minusDays(1);
    List<CapSalt> all = new ArrayList<>(told);
    last.stream().filter(salt -> salt.day().equals(first)).forEach(all::add);
    salts = List.copyOf(all);
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

  /** Gives back all that is not used, and tells the last of this edge. */
  @Override
  public void close() {
    closing = true;
    signal.release();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      sync(LeaseAccount::isInUse, true, LeaseAccount::returnAll);
      reports.run();
    } catch (RuntimeException e) {
      LOG.error("what is not used cannot be given back", e);
    } finally {
      lessor.close();
    }
  }
}
