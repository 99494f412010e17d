package io.filcdn.metrics.credits;

import static io.filcdn.metrics.credits.PostgresBooks.amount;
import static io.filcdn.metrics.credits.PostgresBooks.decimal;
import static io.filcdn.metrics.credits.PostgresBooks.time;

import io.filcdn.common.chain.TxHash;
import io.filcdn.common.credit.CreditAccount;
import io.filcdn.metrics.credits.NewGrant.Payment;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The table of grants, as they are made and looked at; each method works in the caller's
 * transaction.
 */
final class PostgresGrants {

  private static final String ADD =
      """
      insert into credit_grant (made_by, id, account, kind, amount, remaining, source, priority,
        created_at, expires_at, payment_chain, payment_tx, payment_log)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict do nothing
      """;

  private static final String BY_ID = "select * from credit_grant where made_by = ? and id = ?";

  private static final String BY_NUMBER = "select * from credit_grant where number = ?";

  private static final String LIST =
      """
      select * from credit_grant where account = ? and number < ? order by number desc limit ?
      """;

  /** Adds a grant; false where its id, or its payment, is another's. */
  boolean add(Connection connection, String madeBy, NewGrant grant, Instant now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setString(1, madeBy);
      statement.setString(2, grant.id());
      statement.setString(3, grant.account().name());
      statement.setString(4, grant.kind().toString());
      statement.setBigDecimal(5, decimal(grant.amount()));
      statement.setBigDecimal(6, decimal(grant.amount()));
      statement.setString(7, grant.source());
      statement.setInt(8, grant.priorityOrUsual());
      statement.setObject(9, now.atOffset(ZoneOffset.UTC));
      statement.setObject(
          10,
          grant.expires().map(end -> end.atOffset(ZoneOffset.UTC)).orElse(null),
          Types.TIMESTAMP_WITH_TIMEZONE);
      statement.setObject(11, grant.payment().map(Payment::chainId).orElse(null), Types.BIGINT);
      statement.setString(12, grant.payment().map(paid -> paid.tx().hex()).orElse(null));
      statement.setObject(13, grant.payment().map(Payment::logIndex).orElse(null), Types.INTEGER);
      return statement.executeUpdate() == 1;
    }
  }

  Optional<StoredGrant> find(Connection connection, String madeBy, String id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_ID)) {
      statement.setString(1, madeBy);
      statement.setString(2, id);
      return read(statement).stream().findFirst();
    }
  }

  Optional<StoredGrant> find(Connection connection, long number) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_NUMBER)) {
      statement.setLong(1, number);
      return read(statement).stream().findFirst();
    }
  }

  /** At most {@code limit} grants of an account with numbers below {@code before}, newest first. */
  List<StoredGrant> list(Connection connection, CreditAccount account, long before, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setString(1, account.name());
      statement.setLong(2, before);
      statement.setInt(3, limit);
      return read(statement);
    }
  }

  /** Takes down by which payment a grant was paid back. */
  void refund(Connection connection, long number, String reference) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "update credit_grant set refund_reference = ? where number = ?")) {
      statement.setString(1, reference);
      statement.setLong(2, number);
      statement.executeUpdate();
    }
  }

  private static List<StoredGrant> read(PreparedStatement statement) throws SQLException {
    List<StoredGrant> grants = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        grants.add(read(rows));
      }
    }
    return grants;
  }

  private static StoredGrant read(ResultSet row) throws SQLException {
    BookKey book = PostgresBooks.key(row);
    String tx = row.getString("payment_tx");
    return new StoredGrant(
        row.getLong("number"),
        row.getString("made_by"),
        row.getString("id"),
        book.account(),
        book.kind(),
        amount(row, "amount"),
        amount(row, "remaining"),
        amount(row, "held"),
        row.getString("source"),
        row.getInt("priority"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(time(row, "expires_at")),
        Optional.ofNullable(row.getString("ended")).map(GrantEnd::of),
        tx == null
            ? Optional.empty()
            : Optional.of(
                new Payment(
                    row.getLong("payment_chain"), new TxHash(tx), row.getInt("payment_log"))),
        Optional.ofNullable(row.getString("refund_reference")));
  }
}
