package io.filcdn.metrics.quota;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.egress.JournalId;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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

  /** The most that clocks of edges are ahead. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  private final Database database;
  private final PostgresLeases leases = new PostgresLeases();
  private final PostgresLeaseJournals journals = new PostgresLeaseJournals();
  private final PostgresKeyUsage keyUsage = new PostgresKeyUsage();
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
    return database.call(connection -> lease(connection, request, askedAt));
  }

  private Reply<LeaseAnswer> lease(Connection connection, LeaseRequest request, long askedAt)
      throws SQLException {
    List<QuotaName> quotas = request.asks().stream().map(Ask::name).toList();
    Optional<Map<QuotaName, QuotaState>> states = take(connection, request, askedAt, quotas);
    if (states.isEmpty()) {
      return unrenewed(connection, request);
    }
    Map<QuotaName, Long> ofKeys = unspentOfKeys(connection, quotas);
    List<Lease> given = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    for (Ask ask : request.asks()) {
      QuotaState state = requireNonNull(states.get().get(ask.name()));
      given.add(give(ask, state, unspent(ask.name(), state, ofKeys), changes));
    }
    leases.saveAndCommit(connection, request.journal(), changes);
    return new Reply.Done<>(new LeaseAnswer(false, rules.timeToLive.toMillis(), given));
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
    leases.open(connection, quotas);
    connection.commit();
    return states.take(connection, request, askedAt, until, quotas);
  }

  private Lease give(Ask ask, QuotaState state, Optional<Long> unspent, List<Change> changes) {
    Holding was = state.holding();
    Holding less = was.returned(ask.returned());
    long heldByOthers = state.heldByAll() - was.held();
    long free = unspent.orElse(0L) - heldByOthers - less.held();
    Holding now = less.given(rules.size.of(ask, was.acquired().bytes(), free));
    if (!now.equals(was)) {
      changes.add(new Change(ask.name(), now, heldByOthers + now.held()));
    }
    return new Lease(
        ask.name(), now.acquired(), now.returned(), now.applied(), unspent.map(ByteCount::of));
  }

  /** The unused rest of keys' caps; looked up after the quotas are locked, and for keys only. */
  private Map<QuotaName, Long> unspentOfKeys(Connection connection, List<QuotaName> quotas)
      throws SQLException {
    List<QuotaName.OfKey> names =
        quotas.stream()
            .flatMap(name -> name instanceof QuotaName.OfKey key ? Stream.of(key) : Stream.empty())
            .toList();
    return names.isEmpty() ? Map.of() : keyUsage.unspent(connection, names);
  }

  private Optional<Long> unspent(QuotaName name, QuotaState state, Map<QuotaName, Long> ofKeys) {
    return switch (name) {
      case QuotaName.OfDataSet quota ->
          state.funds().map(funds -> unspent(quota.quota(), funds, state.used()));
      case QuotaName.OfKey key ->
          Optional.ofNullable(ofKeys.get(key))
              .filter(_ -> hasBegun(key.period(), clock.instant()))
              .map(bytes -> isLongOver(key.period(), clock.instant()) ? 0L : bytes);
    };
  }

  /** True where a period has begun, as an edge's clock may have it. */
  private static boolean hasBegun(CapPeriod period, Instant now) {
    return period.start().filter(start -> start.isAfter(now.plus(CLOCKS_DIFFER))).isEmpty();
  }

  /** True where nothing of a period is leased any more: responses count to the day they began. */
  private static boolean isLongOver(CapPeriod period, Instant now) {
    return period
        .end()
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
    long held = close(connection, journal, Action.LEASES_DRAINED, "all it counted is applied");
    LOG.infof("journal %s is complete; %d bytes that it held are free", end.journal(), held);
    return new Reply.Done<>(new JournalEnd.Answer(true));
  }

  /** A journal, and whose it is where nobody has heard of it; empty: nobody's. */
  private record Owned(JournalId id, String edge) {}

  /** Writes off what journals hold that nobody has heard of for too long. */
  public void writeOff() {
    Instant then = clock.instant().minus(rules.writeOffAfter);
    for (JournalId journal : database.call(c -> journals.expired(c, then, AT_ONCE))) {
      writeOff(journal, "nobody has heard of its edge since before " + then);
    }
  }

  /** Writes off what a journal holds; what it may yet tell of is counted all the same. */
  public long writeOff(JournalId journal, String why) {
    long held =
        database.call(
            connection ->
                close(connection, new Owned(journal, ""), Action.LEASES_WRITTEN_OFF, why));
    LOG.warnf("journal %s is written off with %d bytes: %s", journal, held, why);
    return held;
  }

  private long close(Connection connection, Owned journal, Action action, String why)
      throws SQLException {
    Instant now = clock.instant();
    long held = journals.close(connection, journal.id, journal.edge, action, now);
    if (held > 0) {
      audit.add(
          connection,
          new AuditEntry(
              now, action, "journal " + journal.id, "%d bytes are free; %s".formatted(held, why)));
    }
    return held;
  }
}
