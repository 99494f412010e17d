package io.filcdn.metrics.accounts;

import io.filcdn.common.access.SecretHash;
import io.filcdn.common.chain.Address;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/** The tables of sign-ins and sessions; each method works in the caller's transaction. */
final class PostgresSessions {

  /** The time by which clocks of processes may differ. */
  private static final Duration CLOCKS = Duration.ofMinutes(1);

  private static final String USED =
      "select count(*) from used_nonce where payer = ? and expires_at > ?";

  private static final String USE =
      "insert into used_nonce (nonce, payer, expires_at) values (?, ?, ?) on conflict do nothing";

  private static final String ADD =
      "insert into payer_session (token_sha256, payer, expires_at) values (?, ?, ?)";

  private static final String KEEP_NEWEST =
      """
      delete from payer_session where payer = ? and token_sha256 not in (
        select token_sha256 from payer_session where payer = ?
        order by token_sha256 = ? desc, expires_at desc limit ?)
      """;

  private static final String FIND =
      "select payer from payer_session where token_sha256 = ? and expires_at > ?";

  /** The secret that nonces are authenticated with. */
  byte[] nonceSecret(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("select value from nonce_secret");
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getBytes(1);
    }
  }

  /** True where the index tells of a data set of this payer. */
  boolean isPayer(Connection connection, Address payer) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select exists (select from data_set where payer = ?)")) {
      statement.setString(1, payer.hex());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** The number of nonces that a payer has used and that have not ended. */
  int used(Connection connection, Address payer, Instant now) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(USED)) {
      statement.setString(1, payer.hex());
      statement.setObject(2, now.atOffset(ZoneOffset.UTC));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** Uses a nonce; false where it has been used. */
  boolean use(Connection connection, String nonce, Address payer, Instant end) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(USE)) {
      statement.setString(1, nonce);
      statement.setString(2, payer.hex());
      statement.setObject(3, end.atOffset(ZoneOffset.UTC));
      return statement.executeUpdate() == 1;
    }
  }

  /** Adds a session, and ends the payer's oldest beyond {@code most}. */
  void add(Connection connection, SecretHash token, Address payer, Instant end, int most)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setString(1, token.hex());
      statement.setString(2, payer.hex());
      statement.setObject(3, end.atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
    try (PreparedStatement statement = connection.prepareStatement(KEEP_NEWEST)) {
      statement.setString(1, payer.hex());
      statement.setString(2, payer.hex());
      statement.setString(3, token.hex());
      statement.setInt(4, most);
      statement.executeUpdate();
    }
  }

  /** The payer of a session that has not ended. */
  Optional<Address> payer(Connection connection, SecretHash token, Instant now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setString(1, token.hex());
      statement.setObject(2, now.atOffset(ZoneOffset.UTC));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(Address.of(row.getString(1))) : Optional.empty();
      }
    }
  }

  /** Ends a session, where there is one. */
  void end(Connection connection, SecretHash token) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("delete from payer_session where token_sha256 = ?")) {
      statement.setString(1, token.hex());
      statement.executeUpdate();
    }
  }

  /** Forgets sessions that have ended, and nonces that have by the clock of every process. */
  void forget(Connection connection, Instant now) throws SQLException {
    forget(connection, "delete from payer_session where expires_at <= ?", now);
    forget(connection, "delete from used_nonce where expires_at <= ?", now.minus(CLOCKS));
  }

  private static void forget(Connection connection, String sql, Instant then) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, then.atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
  }
}
