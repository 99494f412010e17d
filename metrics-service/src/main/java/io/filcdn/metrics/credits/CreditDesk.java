package io.filcdn.metrics.credits;

import io.filcdn.common.credit.CreditAmount;
import io.filcdn.metrics.credits.CreditOperation.Reserve;
import io.filcdn.metrics.credits.PostgresBooks.Wanted;
import io.filcdn.service.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The desk where credit is reserved and used. Any number of processes may do this at once. A call
 * whose answer was lost can be sent again: what was done is known by its id.
 */
public final class CreditDesk {

  private static final int BOOKS_AT_ONCE = 100;
  private static final int FORGOTTEN_AT_ONCE = 10_000;

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

  private final Database database;
  private final BookTransactions transactions;

  public CreditDesk(Database database, Clock clock) {
    this.database = database;
    transactions = new BookTransactions(database, clock);
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
    return transactions.in(
        wanted,
        (_, locked, now) -> {
          Operations desk = new Operations(service, locked, now);
          List<OperationResult> results = new ArrayList<>();
          operations.forEach(operation -> results.add(desk.perform(operation)));
          return results;
        });
  }

  /**
   * Enters what a payer uses and pays for on chain, as far as it is not entered, in the caller's
   * transaction.
   *
   * @param sum of all that he has used
   */
  void payOnChain(Connection connection, BookKey key, CreditAmount sum) throws SQLException {
    transactions.within(
        connection,
        key,
        (_, locked, _) -> {
          Book book = locked.book(key).orElseThrow();
          CreditAmount entered = book.balance().paidOnChain();
          if (sum.compareTo(entered) > 0) {
            book.payOnChain(sum.minus(entered));
          }
          return book;
        });
  }

  /** Enters what time has ended, of all accounts. */
  public void passTime() {
    List<BookKey> due;
    do {
      due = due();
      if (!due.isEmpty()) {
        transactions.in(new Wanted(due, "", List.of()), (_, locked, _) -> locked);
      }
    } while (due.size() == BOOKS_AT_ONCE);
  }

  private List<BookKey> due() {
    Instant now = transactions.now();
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
}
