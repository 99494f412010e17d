package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditCause;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.credits.CreditOperation.Reserve;
import io.filcdn.metrics.credits.LockedBooks.CollisionException;
import io.filcdn.metrics.credits.PostgresBooks.Wanted;
import io.filcdn.service.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The desk where credit is granted, reserved, used and taken back. Each call is one transaction: it
 * locks the rows of the balances that it is about, in one order; enters what time has ended; does
 * what it was asked; and stores the balances with the entries that explain them.
 *
 * <p>Any number of processes may do this at once. A call whose answer was lost can be sent again:
 * what was done is known by its id.
 */
public final class CreditDesk {

  /** The name under which operators give grants; no service can have it. */
  static final String OPERATOR = "operator";

  private static final int MOST_GRANTS = 1000;
  private static final int MOST_COLLISIONS = 5;
  private static final int BOOKS_AT_ONCE = 100;

  private static final String DUE =
      """
      select account, kind from credit_reservation where state = 'open' and expires_at <= ?
      union
      select account, kind from credit_grant
      where ended is null and remaining > 0 and expires_at <= ?
      limit ?
      """;

  private static final String FORGET =
      """
      delete from credit_reservation where (service, id) in (
        select service, id from credit_reservation
        where state <> 'open' and closed_at <= ? order by closed_at limit ?)
      """;

  private static final int FORGOTTEN_AT_ONCE = 10_000;

  private final Database database;
  private final PostgresBooks books = new PostgresBooks();
  private final PostgresGrants grants = new PostgresGrants();
  private final PostgresAudit audit = new PostgresAudit();
  private final Clock clock;

  public CreditDesk(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** The end of an attempt to change a grant. */
  public sealed interface GrantOutcome {

    /** The grant as it is now; that of an earlier call where it was done before. */
    record Done(StoredGrant grant) implements GrantOutcome {}

    record Refused(CreditRefusal reason) implements GrantOutcome {}
  }

  /** Work on books that are locked. */
  private interface Work<T> {
    T in(Connection connection, LockedBooks books, Instant now) throws SQLException;
  }

  /** Does operations in their order; each has its own end, and all are stored together. */
  public List<OperationResult> perform(CreditService service, List<CreditOperation> operations) {
    Wanted wanted =
        new Wanted(
            operations.stream()
                .flatMap(each -> each instanceof Reserve r ? Stream.of(r.book()) : Stream.empty())
                .distinct()
                .toList(),
            service.name(),
            operations.stream().map(CreditOperation::id).distinct().toList());
    return locked(
        wanted,
        (_, locked, now) -> {
          Operations desk = new Operations(service, locked, now);
          List<OperationResult> results = new ArrayList<>();
          operations.forEach(operation -> results.add(desk.perform(operation)));
          return results;
        });
  }

  /** Gives an account credit, once for each id and each payment. */
  public GrantOutcome grant(String madeBy, NewGrant wanted) {
    return locked(
        wanted.book(), (connection, locked, now) -> grant(connection, locked, now, madeBy, wanted));
  }

  /** Gives an account credit on behalf of an operator. */
  public GrantOutcome grantForOperator(NewGrant wanted) {
    return locked(
        wanted.book(),
        (connection, locked, now) -> {
          boolean known = grants.find(connection, OPERATOR, wanted.id()).isPresent();
          GrantOutcome outcome = grant(connection, locked, now, OPERATOR, wanted);
          if (!known && outcome instanceof GrantOutcome.Done(StoredGrant grant)) {
            audit(
                connection,
                now,
                Action.CREDIT_GRANTED,
                grant,
                "%s %s to %s from %s"
                    .formatted(grant.amount(), grant.kind(), grant.account(), grant.source()));
          }
          return outcome;
        });
  }

  private GrantOutcome grant(
      Connection connection, LockedBooks locked, Instant now, String madeBy, NewGrant wanted)
      throws SQLException {
    Optional<StoredGrant> known = grants.find(connection, madeBy, wanted.id());
    if (known.isPresent()) {
      return known.get().isFor(wanted)
          ? new GrantOutcome.Done(known.get())
          : new GrantOutcome.Refused(CreditRefusal.ID_TAKEN);
    }
    if (wanted.expires().filter(end -> !end.isAfter(now)).isPresent()) {
      return new GrantOutcome.Refused(CreditRefusal.EXPIRY_PAST);
    }
    Book book = locked.book(wanted.book()).orElseThrow();
    if (book.grants() >= MOST_GRANTS) {
      return new GrantOutcome.Refused(CreditRefusal.TOO_MANY_GRANTS);
    }
    if (!grants.add(connection, madeBy, wanted, now)) {
      return new GrantOutcome.Refused(
          grants.find(connection, madeBy, wanted.id()).isPresent()
              ? CreditRefusal.ID_TAKEN
              : CreditRefusal.PAYMENT_TAKEN);
    }
    StoredGrant made = grants.find(connection, madeBy, wanted.id()).orElseThrow();
    book.add(made.grant());
    return new GrantOutcome.Done(made);
  }

  /**
   * Takes back what of a grant is neither held nor used, and what yet comes back; again is no
   * error.
   */
  public GrantOutcome revoke(long number, String why) {
    return withGrant(
        number,
        (connection, locked, now, grant) -> {
          if (grant.ended().isPresent()) {
            return grant.ended().get() == GrantEnd.REVOKED
                ? new GrantOutcome.Done(grant)
                : new GrantOutcome.Refused(CreditRefusal.GRANT_ENDED);
          }
          if (grant.remaining().isZero() && grant.held().isZero()) {
            return new GrantOutcome.Refused(CreditRefusal.GRANT_SPENT);
          }
          end(locked, grant, GrantEnd.REVOKED, CreditCause.REVOCATION);
          audit(
              connection,
              now,
              Action.CREDIT_REVOKED,
              grant,
              "%s %s of %s: %s".formatted(grant.remaining(), grant.kind(), grant.account(), why));
          return new GrantOutcome.Done(grant);
        });
  }

  /**
   * Takes down that what is unspent of a grant was paid back, once.
   *
   * @param reference of the payment, such as a transaction's hash
   */
  public GrantOutcome refund(long number, String reference, String why) {
    return withGrant(
        number,
        (connection, locked, now, grant) -> {
          if (grant.refundReference().equals(Optional.of(reference))) {
            return new GrantOutcome.Done(grant);
          }
          Optional<CreditRefusal> refusal = refundRefusal(grant);
          if (refusal.isPresent()) {
            return new GrantOutcome.Refused(refusal.get());
          }
          end(locked, grant, GrantEnd.REFUNDED, CreditCause.REFUND);
          grants.refund(connection, number, reference);
          audit(
              connection,
              now,
              Action.CREDIT_REFUNDED,
              grant,
              "%s %s of %s by %s: %s"
                  .formatted(grant.remaining(), grant.kind(), grant.account(), reference, why));
          return new GrantOutcome.Done(grant);
        });
  }

  private static Optional<CreditRefusal> refundRefusal(StoredGrant grant) {
    if (grant.ended().filter(end -> end != GrantEnd.REVOKED).isPresent()) {
      return Optional.of(CreditRefusal.GRANT_ENDED);
    }
    if (!grant.held().isZero()) {
      return Optional.of(CreditRefusal.GRANT_HELD);
    }
    return grant.remaining().isZero() ? Optional.of(CreditRefusal.GRANT_SPENT) : Optional.empty();
  }

  private static void end(LockedBooks locked, StoredGrant grant, GrantEnd end, CreditCause cause) {
    locked.book(grant.book()).orElseThrow().end(grant.grant(), end, cause);
  }

  /** Work on a grant whose book is locked. */
  private interface GrantWork {
    GrantOutcome in(Connection connection, LockedBooks books, Instant now, StoredGrant grant)
        throws SQLException;
  }

  private GrantOutcome withGrant(long number, GrantWork work) {
    Optional<StoredGrant> known = find(number);
    if (known.isEmpty()) {
      return new GrantOutcome.Refused(CreditRefusal.GRANT_UNKNOWN);
    }
    GrantOutcome outcome =
        locked(
            known.get().book(),
            (connection, locked, now) ->
                work.in(
                    connection,
                    locked,
                    now,
                    locked.latest(grants.find(connection, number).orElseThrow())));
    return switch (outcome) {
      case GrantOutcome.Done _ -> new GrantOutcome.Done(find(number).orElseThrow());
      case GrantOutcome.Refused refused -> refused;
    };
  }

  private Optional<StoredGrant> find(long number) {
    return database.call(connection -> grants.find(connection, number));
  }

  private void audit(
      Connection connection, Instant now, Action action, StoredGrant grant, String detail)
      throws SQLException {
    audit.add(connection, new AuditEntry(now, action, "grant " + grant.number(), detail));
  }

  /**
   * Enters what a payer uses and pays for on chain, as far as it is not entered.
   *
   * @param sum of all that he has used
   */
  void payOnChain(Connection connection, BookKey key, CreditAmount sum) throws SQLException {
    Instant now = now();
    books.open(connection, key);
    LockedBooks locked = books.lock(connection, new Wanted(List.of(key), "", List.of()), now);
    Book book = locked.book(key).orElseThrow();
    if (sum.compareTo(book.balance().paidOnChain()) > 0) {
      book.payOnChain(sum.minus(book.balance().paidOnChain()));
      books.save(connection, locked, now);
    }
  }

  /** Enters what time has ended, of all accounts. */
  public void passTime() {
    List<BookKey> due;
    do {
      due = due();
      if (!due.isEmpty()) {
        locked(new Wanted(due, "", List.of()), (_, locked, _) -> locked);
      }
    } while (due.size() == BOOKS_AT_ONCE);
  }

  private List<BookKey> due() {
    Instant now = now();
    return database.call(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setObject(1, now.atOffset(ZoneOffset.UTC));
            statement.setObject(2, now.atOffset(ZoneOffset.UTC));
            statement.setInt(3, BOOKS_AT_ONCE);
            List<BookKey> keys = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                keys.add(PostgresBooks.key(rows));
              }
            }
            return keys;
          }
        });
  }

  /** Forgets reservations that were closed before {@code then}; their entries stay. */
  public void forget(Instant then) {
    int forgotten;
    do {
      forgotten =
          database.call(
              connection -> {
                try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
                  statement.setObject(1, then.atOffset(ZoneOffset.UTC));
                  statement.setInt(2, FORGOTTEN_AT_ONCE);
                  return statement.executeUpdate();
                }
              });
    } while (forgotten == FORGOTTEN_AT_ONCE);
  }

  private <T> T locked(BookKey key, Work<T> work) {
    database.run(connection -> books.open(connection, key));
    return locked(new Wanted(List.of(key), "", List.of()), work);
  }

  /** Works on books, once all whose time is over is entered. */
  private <T> T locked(Wanted wanted, Work<T> work) {
    int collisions = 0;
    while (true) {
      try {
        Optional<T> result = database.call(connection -> attempt(connection, wanted, work));
        if (result.isPresent()) {
          return result.get();
        }
      } catch (CollisionException e) {
        collisions++;
        if (collisions == MOST_COLLISIONS) {
          throw e;
        }
      }
    }
  }

  /** Empty where more may be due than one transaction enters. */
  private <T> Optional<T> attempt(Connection connection, Wanted wanted, Work<T> work)
      throws SQLException {
    Instant now = now();
    LockedBooks locked = books.lock(connection, wanted, now);
    boolean all = locked.passTime(now) < PostgresBooks.MOST_DUE;
    Optional<T> result = all ? Optional.of(work.in(connection, locked, now)) : Optional.empty();
    books.save(connection, locked, now);
    return result;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
