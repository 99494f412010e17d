package io.filcdn.metrics.quota;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.quota.PostgresLeases.Change;
import io.filcdn.metrics.quota.PostgresStandings.Standing;
import io.filcdn.metrics.store.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Gives edges what is left of quotas, before they serve from it: what was paid for, less what was
 * used, less what is held. So that the sum of what all edges serve never exceeds what was paid for,
 * only records, returns, and the end of a journal set free what was given.
 *
 * <p>Any number of processes may do this at once: a quota's row is locked from the moment its
 * leases are looked at until they are stored, and the pipeline moves bytes from held to used in one
 * transaction.
 */
public final class LeaseDesk {

  private static final Logger LOG = Logger.getLogger(LeaseDesk.class);

  /** How many journals are written off in one go. */
  private static final int AT_ONCE = 100;

  private final Database database;
  private final PostgresLeases leases;
  private final PostgresLeaseJournals journals;
  private final PostgresStandings standings = new PostgresStandings();
  private final PostgresAudit audit;
  private final QuotaTerms terms;
  private final Rules rules;
  private final Clock clock;

  /**
   * How leases are given.
   *
   * @param writeOffAfter how long after its end a lease is still held
   */
  public record Rules(Duration timeToLive, Duration writeOffAfter, Slice slice) {}

  public LeaseDesk(
      Database database,
      PostgresLeases leases,
      PostgresLeaseJournals journals,
      PostgresAudit audit,
      QuotaTerms terms,
      Rules rules,
      Clock clock) {
    this.database = database;
    this.leases = leases;
    this.journals = journals;
    this.audit = audit;
    this.terms = terms;
    this.rules = rules;
    this.clock = clock;
  }

  /** Acquires, renews and returns, all of it or nothing. */
  public LeaseAnswer lease(LeaseRequest request) {
    return database.call(connection -> lease(connection, request));
  }

  private LeaseAnswer lease(Connection connection, LeaseRequest request) throws SQLException {
    List<QuotaKey> quotas = request.asks().stream().map(LeaseDesk::key).toList();
    Optional<Map<QuotaKey, Standing>> standings = take(connection, request, quotas);
    if (standings.isEmpty()) {
      return new LeaseAnswer(true, 0, List.of());
    }
    List<Lease> given = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    for (Ask ask : request.asks()) {
      given.add(give(ask, requireNonNull(standings.get().get(key(ask))), changes));
    }
    leases.saveAndCommit(connection, request.journal(), changes);
    return new LeaseAnswer(false, rules.timeToLive.toMillis(), given);
  }

  private Optional<Map<QuotaKey, Standing>> take(
      Connection connection, LeaseRequest request, List<QuotaKey> quotas) throws SQLException {
    Instant until = clock.instant().plus(rules.timeToLive);
    Optional<Map<QuotaKey, Standing>> found = standings.take(connection, request, until, quotas);
    if (found.isEmpty() || found.get().size() == quotas.size()) {
      return found;
    }
    // quotas are locked in one order, so none may be locked while others are missing
    connection.rollback();
    leases.open(connection, quotas);
    connection.commit();
    return standings.take(connection, request, until, quotas);
  }

  private Lease give(Ask ask, Standing standing, List<Change> changes) {
    QuotaKey key = key(ask);
    Holding was = standing.holding();
    Optional<Long> unspent = standing.funds().map(funds -> unspent(key, funds, standing.used()));
    Holding less = was.returned(ask.returned());
    long heldByOthers = standing.heldByAll() - was.held();
    long free = unspent.orElse(0L) - heldByOthers - less.held();
    Holding now = less.given(rules.slice.of(ask, was.acquired().bytes(), free));
    if (!now.equals(was)) {
      changes.add(new Change(key, now, heldByOthers + now.held()));
    }
    return new Lease(
        ask.dataSet(),
        ask.quota(),
        now.acquired(),
        now.returned(),
        now.applied(),
        unspent.map(ByteCount::of));
  }

  /** What nobody used; of a data set that is not served, nothing. */
  private long unspent(QuotaKey key, Funds funds, Totals used) {
    if (!funds.served()) {
      return 0;
    }
    Quota quota = terms.quota(funds, used);
    Quota.Part part = key.quota() == Kind.CDN ? quota.cdn() : quota.cacheMiss();
    return part.remaining().clamped();
  }

  private static QuotaKey key(Ask ask) {
    return new QuotaKey(ask.dataSet(), ask.quota());
  }

  /** Sets free what a journal still holds, if all that it counted was applied. */
  public boolean end(JournalEnd end) {
    return database.call(
        connection -> {
          if (!journals.isApplied(connection, end.journal(), end.sequences())) {
            return false;
          }
          long held =
              close(connection, end.journal(), Action.LEASES_DRAINED, "all it counted is applied");
          LOG.infof("journal %s is complete; %d bytes that it held are free", end.journal(), held);
          return true;
        });
  }

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
        database.call(connection -> close(connection, journal, Action.LEASES_WRITTEN_OFF, why));
    LOG.warnf("journal %s is written off with %d bytes: %s", journal, held, why);
    return held;
  }

  private long close(Connection connection, JournalId journal, Action action, String why)
      throws SQLException {
    Instant now = clock.instant();
    long held = journals.close(connection, journal, action.name(), now);
    if (held > 0) {
      audit.add(
          connection,
          new AuditEntry(
              now, action, "journal " + journal, "%d bytes are free; %s".formatted(held, why)));
    }
    return held;
  }
}
