package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditCause;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.service.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * The desk where credit is granted, taken back and paid back. A call whose answer was lost can be
 * sent again: what was done is known by its id, number or reference.
 */
public final class GrantDesk {

  /** The name under which operators give grants; no service can have it. */
  static final String OPERATOR = "operator";

  private static final int MOST_GRANTS = 1000;

  private final Database database;
  private final BookTransactions transactions;
  private final PostgresGrants grants = new PostgresGrants();
  private final PostgresAudit audit = new PostgresAudit();

  public GrantDesk(Database database, Clock clock) {
    this.database = database;
    transactions = new BookTransactions(database, clock);
  }

  /** The end of an attempt to change a grant. */
  public sealed interface Outcome {

    /** The grant as it is now; that of an earlier call where it was done before. */
    record Done(StoredGrant grant) implements Outcome {}

    record Refused(CreditRefusal reason) implements Outcome {}
  }

  /** Gives an account credit, once for each id and each payment. */
  public Outcome grant(String madeBy, NewGrant wanted) {
    return transactions.in(
        wanted.book(), (connection, locked, now) -> grant(connection, locked, now, madeBy, wanted));
  }

  /** Gives an account credit on behalf of an operator. */
  public Outcome grantForOperator(NewGrant wanted) {
    return transactions.in(
        wanted.book(),
        (connection, locked, now) -> {
          boolean known = grants.find(connection, OPERATOR, wanted.id()).isPresent();
          Outcome outcome = grant(connection, locked, now, OPERATOR, wanted);
          if (!known && outcome instanceof Outcome.Done(StoredGrant grant)) {
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

  private Outcome grant(
      Connection connection, LockedBooks locked, Instant now, String madeBy, NewGrant wanted)
      throws SQLException {
    Optional<StoredGrant> known = grants.find(connection, madeBy, wanted.id());
    if (known.isPresent()) {
      return known.get().isFor(wanted)
          ? new Outcome.Done(known.get())
          : new Outcome.Refused(CreditRefusal.ID_TAKEN);
    }
    if (wanted.expires().filter(end -> !end.isAfter(now)).isPresent()) {
      return new Outcome.Refused(CreditRefusal.EXPIRY_PAST);
    }
    Book book = locked.book(wanted.book()).orElseThrow();
    if (book.grants() >= MOST_GRANTS) {
      return new Outcome.Refused(CreditRefusal.TOO_MANY_GRANTS);
    }
    if (!grants.add(connection, madeBy, wanted, now)) {
      return new Outcome.Refused(
          grants.find(connection, madeBy, wanted.id()).isPresent()
              ? CreditRefusal.ID_TAKEN
              : CreditRefusal.PAYMENT_TAKEN);
    }
    StoredGrant made = grants.find(connection, madeBy, wanted.id()).orElseThrow();
    book.add(made.grant());
    return new Outcome.Done(made);
  }

  /**
   * Takes back what of a grant is neither held nor used, and what yet comes back; again is no
   * error.
   */
  public Outcome revoke(long number, String why) {
    return withGrant(
        number,
        (connection, locked, now, grant) -> {
          if (grant.ended().isPresent()) {
            return grant.ended().get() == GrantEnd.REVOKED
                ? new Outcome.Done(grant)
                : new Outcome.Refused(CreditRefusal.GRANT_ENDED);
          }
          if (grant.remaining().isZero() && grant.held().isZero()) {
            return new Outcome.Refused(CreditRefusal.GRANT_SPENT);
          }
          end(locked, grant, GrantEnd.REVOKED, CreditCause.REVOCATION);
          audit(
              connection,
              now,
              Action.CREDIT_REVOKED,
              grant,
              "%s %s of %s: %s".formatted(grant.remaining(), grant.kind(), grant.account(), why));
          return new Outcome.Done(grant);
        });
  }

  /**
   * Takes down that what is unspent of a grant was paid back, once.
   *
   * @param reference of the payment, such as a transaction's hash
   */
  public Outcome refund(long number, String reference, String why) {
    return withGrant(
        number,
        (connection, locked, now, grant) -> {
          if (grant.refundReference().equals(Optional.of(reference))) {
            return new Outcome.Done(grant);
          }
          Optional<CreditRefusal> refusal = refundRefusal(grant);
          if (refusal.isPresent()) {
            return new Outcome.Refused(refusal.get());
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
          return new Outcome.Done(grant);
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
    Outcome in(Connection connection, LockedBooks books, Instant now, StoredGrant grant)
        throws SQLException;
  }

  private Outcome withGrant(long number, GrantWork work) {
    Optional<StoredGrant> known = find(number);
    if (known.isEmpty()) {
      return new Outcome.Refused(CreditRefusal.GRANT_UNKNOWN);
    }
    Outcome outcome =
        transactions.in(
            known.get().book(),
            (connection, locked, now) ->
                work.in(
                    connection,
                    locked,
                    now,
                    locked.latest(grants.find(connection, number).orElseThrow())));
    return switch (outcome) {
      case Outcome.Done _ -> new Outcome.Done(find(number).orElseThrow());
      case Outcome.Refused refused -> refused;
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
}
