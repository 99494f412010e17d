package io.filcdn.metrics.quota;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.quota.PostgresLeaseJournals.Ended;
import io.filcdn.metrics.quota.PostgresLeaseJournals.LeaseJournal;
import io.filcdn.metrics.quota.PostgresLeases.Change;
import io.filcdn.metrics.quota.PostgresQuotaStates.QuotaState;
import io.filcdn.service.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The desk that leases edges what is left of quotas, before they serve from it: what was paid for,
 * or a key may fetch, less what was used, less what is held. So that the sum of what all edges
 * serve never exceeds that, only records, returns, and the end of a journal set free what was
 * given.
 *
 * <p>Any number of processes may do this at once: a quota's row is locked from the moment its
 * leases are looked at until they are stored, and the pipeline moves bytes from held to used in one
 * transaction.
 */
public final class LeaseDesk {

  private static final Logger LOG = Logger.getLogger(LeaseDesk.class);

  /** The number of journals that are written off in one go. */
  private static final int AT_ONCE = 100;

  /** The most that clocks of edges are ahead, and those of processes of metrics differ. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  private final Database database;
  private final PostgresLeases leases = new PostgresLeases();
  private final PostgresLeaseJournals journals = new PostgresLeaseJournals();
  private final PostgresKeyUsage keyUsage = new PostgresKeyUsage();
  private final PostgresCaps caps = new PostgresCaps();
  private final DaySalts salts;
  private final PostgresQuotaStates states = new PostgresQuotaStates();
  private final PostgresAudit audit = new PostgresAudit();
  private final QuotaTerms terms;
  private final Rules rules;
  private final Clock clock;

  /**
   * The rules by which leases are given.
   *
   * @param writeOffAfter how long after its end a lease is still held
   */
  public record Rules(Duration timeToLive, Duration writeOffAfter, LeaseSize size) {}

  public LeaseDesk(Database database, QuotaTerms terms, Rules rules, Clock clock) {
    this.database = database;
    this.terms = terms;
    this.rules = rules;
    this.clock = clock;
    this.salts = new DaySalts(database);
  }

  /**
   * The desk's answer to an edge.
   *
   * @param <T> what it is answered where nothing is refused
   */
  public sealed interface Reply<T> {

    /** A request that was done. */
    record Done<T>(T answer) implements Reply<T> {}

    /** A refusal: the journal was opened by another edge. */
    record ForeignJournal<T>() implements Reply<T> {}

    /**
     * A refusal: the edge has asked later already, and this request comes again, or was overtaken.
     */
    record Outdated<T>() implements Reply<T> {}
  }

  /**
   * Acquires, renews and returns, all of it or nothing.
   *
   * @param askedAt when the journal's edge asked, in milliseconds since 1970; later than ever
   *     before
   */
  public Reply<LeaseAnswer> lease(LeaseRequest request, long askedAt) {
    List<CapSalt> known = salts.of(clock.instant());
    return database.call(connection -> lease(connection, request, askedAt, known));
  }

  private Reply<LeaseAnswer> lease(
      Connection connection, LeaseRequest request, long askedAt, List<CapSalt> known)
      throws SQLException {
    List<QuotaName> quotas = request.asks().stream().map(Ask::name).toList();
    Optional<Map<QuotaName, QuotaState>> states = take(connection, request, askedAt, quotas);
    if (states.isEmpty()) {
      return unrenewed(connection, request);
    }
    Map<QuotaName, Long> ofCaps = ofCaps(connection, quotas);
    List<Lease> given = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    for (Ask ask : request.asks()) {
      Optional<QuotaState> state = Optional.ofNullable(states.get().get(ask.name()));
      given.add(state.isPresent() ? give(ask, state.get(), ofCaps, changes) : nothing(ask.name()));
    }
    leases.saveAndCommit(connection, request.journal(), changes);
    return new Reply.Done<>(new LeaseAnswer(false, rules.timeToLive.toMillis(), given, known));
  }

  /** The lease of what there is no room for. */
  private static Lease nothing(QuotaName name) {
    return new Lease(name, ByteCount.ZERO, ByteCount.ZERO, ByteCount.ZERO, Optional.empty());
  }

  private Reply<LeaseAnswer> unrenewed(Connection connection, LeaseRequest request)
      throws SQLException {
    LeaseJournal journal = journals.find(connection, request.journal()).orElseThrow();
    if (journal.isForeignTo(request.edge())) {
      return new Reply.ForeignJournal<>();
    }
    return journal.closed()
        ? new Reply.Done<>(new LeaseAnswer(true, 0, List.of()))
        : new Reply.Outdated<>();
  }

  private Optional<Map<QuotaName, QuotaState>> take(
      Connection connection, LeaseRequest request, long askedAt, List<QuotaName> quotas)
      throws SQLException {
    Instant until = clock.instant().plus(rules.timeToLive);
    Optional<Map<QuotaName, QuotaState>> found =
        states.take(connection, request, askedAt, until, quotas);
    if (found.isEmpty() || found.get().size() == quotas.size()) {
      return found;
    }
    // quotas are locked in one order, so none may be locked while others are missing
    connection.rollback();
    Set<QuotaName> missing = new HashSet<>(quotas);
    missing.removeAll(found.get().keySet());
    leases.open(connection, leasable(connection, missing));
    connection.commit();
    return states.take(connection, request, askedAt, until, quotas);
  }

  /** All but caps that there are not, whose time it is not, and tokens too many. */
  private List<QuotaName> leasable(Connection connection, Set<QuotaName> names)
      throws SQLException {
    Instant now = clock.instant();
    List<CapName> possible = new ArrayList<>();
    List<CapName.OfToken> tokens = new ArrayList<>();
    for (QuotaName name : names) {
      if (name instanceof CapName cap && hasBegun(cap, now) && !isLongOver(cap, now)) {
        possible.add(cap);
        if (cap instanceof CapName.OfToken token) {
          tokens.add(token);
        }
      }
    }
    Set<QuotaName> known = caps.limits(connection, possible).keySet();
    Set<CapName> withRoom = caps.withRoom(connection, tokens, now);
    return names.stream()
        .filter(name -> !(name instanceof CapName) || known.contains(name))
        .filter(name -> !(name instanceof CapName.OfToken token) || withRoom.contains(token))
        .toList();
  }

  private Lease give(Ask ask, QuotaState state, Map<QuotaName, Long> ofCaps, List<Change> changes) {
    LeaseGrant grant =
        LeaseGrant.of(
            ask,
            state.holding(),
            state.all(),
            used -> unspent(ask.name(), state, used, ofCaps),
            rules.size);
    if (grant.changes()) {
      changes.add(new Change(ask.name(), grant.now(), grant.all()));
    }
    return grant.lease(ask);
  }

  /**
   * The unused rest of keys' caps, and others as they are; looked up after the quotas are locked,
   * and for caps only.
   */
  private Map<QuotaName, Long> ofCaps(Connection connection, List<QuotaName> quotas)
      throws SQLException {
    List<QuotaName.OfKey> ofKeys = new ArrayList<>();
    List<CapName> others = new ArrayList<>();
    for (QuotaName quota : quotas) {
      switch (quota) {
        case QuotaName.OfDataSet _ -> {
          // it comes with its state
        }
        case QuotaName.OfKey key -> ofKeys.add(key);
        case CapName cap -> others.add(cap);
      }
    }
    Map<QuotaName, Long> found = new HashMap<>();
    if (!ofKeys.isEmpty()) {
      found.putAll(keyUsage.unspent(connection, ofKeys));
    }
    if (!others.isEmpty()) {
      found.putAll(caps.limits(connection, others));
    }
    return found;
  }

  /**
   * The bytes that nobody has used.
   *
   * @param used of what no record tells
   */
  private Optional<Long> unspent(
      QuotaName name, QuotaState state, long used, Map<QuotaName, Long> ofCaps) {
    Instant now = clock.instant();
    Optional<Long> cap = Optional.ofNullable(ofCaps.get(name)).filter(_ -> hasBegun(name, now));
    return switch (name) {
      case QuotaName.OfDataSet quota ->
          state.funds().map(funds -> unspent(quota.quota(), funds, state.used()));
      case QuotaName.OfKey _ -> cap.map(bytes -> isLongOver(name, now) ? 0L : bytes);
      case CapName _ -> cap.map(bytes -> isLongOver(name, now) ? 0L : Math.max(0L, bytes - used));
    };
  }

  /** The end before which no other process leases of what ended any more either. */
  public static Instant overAt(Instant now) {
    return now.minus(CapPeriod.LEASED_AFTER_END).minus(CLOCKS_DIFFER);
  }

  /** True where a cap's time has begun, as an edge's clock may have it. */
  private static boolean hasBegun(QuotaName name, Instant now) {
    Instant ahead = now.plus(CLOCKS_DIFFER);
    Optional<Instant> start =
        switch (name) {
          case QuotaName.OfDataSet _ -> Optional.empty();
          case QuotaName.OfKey(_, CapPeriod period) -> period.start();
          case CapName.OfPolicy(_, _, CapPeriod period) -> period.start();
          case CapName.OfToken(_, _, _, Instant end) ->
              Optional.of(end.minus(CapName.LONGEST_TOKEN));
        };
    return start.filter(ahead::isBefore).isEmpty();
  }

  /** True where nothing of a cap is leased any more: responses count to the time they began. */
  private static boolean isLongOver(QuotaName name, Instant now) {
    return name.end()
        .filter(end -> !now.isBefore(end.plus(CapPeriod.LEASED_AFTER_END)))
        .isPresent();
  }

  /** The bytes that nobody used; none of a data set that is not served. */
  private long unspent(Kind kind, Funds funds, Totals used) {
    if (!funds.served()) {
      return 0;
    }
    Quota quota = terms.quota(funds, used);
    Quota.Part part = kind == Kind.CDN ? quota.cdn() : quota.cacheMiss();
    return part.remaining().clamped();
  }

  /** True where another edge has opened a journal. */
  public boolean isForeign(JournalId journal, String edge) {
    return database
        .call(connection -> journals.find(connection, journal))
        .filter(known -> known.isForeignTo(edge))
        .isPresent();
  }

  /**
   * Sets free what a journal still holds, if all that it counted was applied. Again, it changes
   * nothing.
   *
   * @param edge that tells of it
   */
  public Reply<JournalEnd.Answer> end(JournalEnd end, String edge) {
    return database.call(connection -> end(connection, end, edge));
  }

  private Reply<JournalEnd.Answer> end(Connection connection, JournalEnd end, String edge)
      throws SQLException {
    Optional<LeaseJournal> known = journals.find(connection, end.journal());
    if (known.filter(journal -> journal.isForeignTo(edge)).isPresent()) {
      return new Reply.ForeignJournal<>();
    }
    if (!journals.isApplied(connection, end.journal(), end.sequences())) {
      return new Reply.Done<>(new JournalEnd.Answer(false));
    }
    Owned journal = new Owned(end.journal(), edge);
    Ended ended = close(connection, journal, Action.LEASES_DRAINED, "all it counted is applied");
    LOG.infof("journal %s is complete; %s", end.journal(), told(ended));
    return new Reply.Done<>(new JournalEnd.Answer(true));
  }

  /** A journal, and whose it is where nobody has heard of it; empty: nobody's. */
  private record Owned(JournalId id, String edge) {}

  /** Writes off what journals hold that nobody has heard of for too long. */
  public void writeOff() {
    Instant then = clock.instant().minus(rules.writeOffAfter);
    String why = "nobody has heard of its edge since before " + then;
    for (JournalId journal : database.call(c -> journals.expired(c, then, AT_ONCE))) {
      // its edge may ask again while those before it are written off
      database
          .call(
              connection ->
                  journals.lockExpired(connection, journal, then)
                      ? Optional.of(writeOff(connection, journal, why))
                      : Optional.<Ended>empty())
          .ifPresent(ended -> tell(journal, ended, why));
    }
  }

  /** Writes off what a journal holds; what it may yet tell of is counted all the same. */
  public long writeOff(JournalId journal, String why) {
    Ended ended = database.call(connection -> writeOff(connection, journal, why));
    tell(journal, ended, why);
    return ended.held();
  }

  private Ended writeOff(Connection connection, JournalId journal, String why) throws SQLException {
    return close(connection, new Owned(journal, ""), Action.LEASES_WRITTEN_OFF, why);
  }

  private static void tell(JournalId journal, Ended ended, String why) {
    LOG.warnf("journal %s is written off: %s; %s", journal, told(ended), why);
  }

  /**
   * The use of a cap by all edges.
   *
   * @param used bytes that count as used
   * @param held bytes that journals hold
   */
  public record CapUse(long used, long held) {

    private static CapUse of(LeaseGrant.Held held) {
      return new CapUse(held.used(), held.bytes());
    }
  }

  /** The use of a cap; nothing where it was never leased. */
  public Optional<CapUse> use(CapName cap) {
    return database
        .call(c -> Optional.ofNullable(leases.lock(c, List.of(cap)).get(cap)))
        .map(CapUse::of);
  }

  /** The outcome of a correction. */
  public sealed interface Correction {

    /**
     * The cap was corrected.
     *
     * @param use from now on
     */
    record Done(CapUse use) implements Correction {}

    /**
     * The sum would be less than nothing, or no number of bytes.
     *
     * @param use as it stays
     */
    record Impossible(CapUse use) implements Correction {}

    /** The cap was never leased. */
    record Unknown() implements Correction {}
  }

  /**
   * Corrects what counts as used of a cap, as nobody else can know that what a lost edge held was
   * not served. What journals hold stays as it is.
   *
   * @param change the bytes to add, less than 0 to take off
   */
  public Correction correct(CapName cap, long change, String why) {
    return database.call(
        connection -> {
          LeaseGrant.Held held = leases.lock(connection, List.of(cap)).get(cap);
          if (held == null) {
            return new Correction.Unknown();
          }
          long used = held.used() + change;
          if (used < 0) {
            return new Correction.Impossible(CapUse.of(held));
          }
          LeaseGrant.Held corrected = new LeaseGrant.Held(held.bytes(), used);
          PostgresLeases.hold(connection, List.of(new Change(cap, Holding.NONE, corrected)));
          audit.add(
              connection,
              new AuditEntry(
                  clock.instant(),
                  Action.CAP_CORRECTED,
                  cap.toString(),
                  "%d bytes count as used, and not %d; %s".formatted(used, held.used(), why)));
          return new Correction.Done(CapUse.of(corrected));
        });
  }

  private Ended close(Connection connection, Owned journal, Action action, String why)
      throws SQLException {
    Instant now = clock.instant();
    Ended ended = journals.close(connection, journal.id, journal.edge, action, now);
    if (ended.held() > 0) {
      audit.add(
          connection,
          new AuditEntry(now, action, "journal " + journal.id, told(ended) + "; " + why));
    }
    return ended;
  }

  private static String told(Ended ended) {
    String free = "%d bytes are free".formatted(ended.free());
    return ended.used() == 0
        ? free
        : "%s, and %d of caps count as used %s".formatted(free, ended.used(), ended.caps());
  }
}
