package io.filcdn.metrics.credits;

import static io.filcdn.metrics.credits.PostgresBooks.amount;

import io.filcdn.common.credit.CreditAccount;
import io.filcdn.common.credit.CreditAmount;
import io.filcdn.common.credit.CreditCause;
import io.filcdn.common.credit.CreditEntryRecord;
import io.filcdn.common.credit.CreditEntryRecord.ReservationName;
import io.filcdn.common.credit.CreditKind;
import io.filcdn.common.credit.CreditPot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The ledger and the balances, to be looked at; each method works in the caller's transaction. */
final class PostgresLedger {

  private static final String COLUMNS =
      """
      e.number, e.account, e.kind, e.debit, e.credit, e.amount, e.cause, e.grant_number, e.service,
        e.reservation, e.at
      """;

  private static final String LIST =
      "select %s from credit_entry e where account = ? and number < ? order by number desc limit ?"
          .formatted(COLUMNS);

  private static final String UNTOLD =
      """
      select %s from credit_outbox o join credit_entry e on e.number = o.entry
      order by o.entry limit ?
      """
          .formatted(COLUMNS);

  private static final String BALANCES = "select * from credit_balance where account = ?";

  /** The balances as the entries have it. */
  private static final String REPLAYED =
      """
      select kind, sum(amount * ((credit = 'available')::int - (debit = 'available')::int))
          as available,
        sum(amount * ((credit = 'held')::int - (debit = 'held')::int)) as held,
        sum(amount * ((credit = 'used')::int - (debit = 'used')::int)) as used,
        sum(amount * (debit = 'paidOnChain')::int) as paid_on_chain
      from credit_entry where account = ? group by kind
      """;

  private static final String ACCOUNTS =
      """
      select distinct account from credit_balance where account > ? order by account limit ?
      """;

  /**
   * At most {@code limit} entries of an account with numbers below {@code before}, newest first.
   */
  List<CreditEntryRecord> entries(
      Connection connection, CreditAccount account, long before, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setString(1, account.name());
      statement.setLong(2, before);
      statement.setInt(3, limit);
      return read(statement);
    }
  }

  /** The oldest entries that Kafka does not have. */
  List<CreditEntryRecord> untold(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UNTOLD)) {
      statement.setInt(1, limit);
      return read(statement);
    }
  }

  /** The balances of an account; nothing of kinds that it has never had. */
  Map<CreditKind, Balance> balances(Connection connection, CreditAccount account)
      throws SQLException {
    return balances(connection, BALANCES, account);
  }

  /** The balances of an account, added up from its entries. */
  Map<CreditKind, Balance> replayed(Connection connection, CreditAccount account)
      throws SQLException {
    return balances(connection, REPLAYED, account);
  }

  private static Map<CreditKind, Balance> balances(
      Connection connection, String sql, CreditAccount account) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, account.name());
      Map<CreditKind, Balance> balances = new EnumMap<>(CreditKind.class);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          balances.put(CreditKind.of(rows.getString("kind")), PostgresBooks.balance(rows));
        }
      }
      return balances;
    }
  }

  /** At most {@code limit} accounts behind a name, in the order of their names. */
  List<CreditAccount> accounts(Connection connection, String after, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ACCOUNTS)) {
      statement.setString(1, after);
      statement.setInt(2, limit);
      List<CreditAccount> accounts = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          accounts.add(new CreditAccount(rows.getString(1)));
        }
      }
      return accounts;
    }
  }

  private static List<CreditEntryRecord> read(PreparedStatement statement) throws SQLException {
    List<CreditEntryRecord> entries = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        entries.add(entry(rows));
      }
    }
    return entries;
  }

  private static CreditEntryRecord entry(ResultSet row) throws SQLException {
    BookKey book = PostgresBooks.key(row);
    CreditAmount amount = amount(row, "amount");
    long grant = row.getLong("grant_number");
    Optional<Long> ofGrant = row.wasNull() ? Optional.empty() : Optional.of(grant);
    String service = row.getString("service");
    return new CreditEntryRecord(
        row.getLong("number"),
        book.account(),
        book.kind(),
        CreditPot.of(row.getString("debit")),
        CreditPot.of(row.getString("credit")),
        amount,
        CreditCause.of(row.getString("cause")),
        ofGrant,
        service == null
            ? Optional.empty()
            : Optional.of(new ReservationName(service, row.getString("reservation"))),
        row.getObject("at", OffsetDateTime.class).toInstant());
  }
}
