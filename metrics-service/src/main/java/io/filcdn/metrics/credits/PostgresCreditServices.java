package io.filcdn.metrics.credits;

import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.SecretHash;
import io.filcdn.metrics.credits.CreditServices.StoredService;
import io.filcdn.metrics.credits.CreditServices.TokenView;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The tables of services and their tokens; each method works in the caller's transaction. */
final class PostgresCreditServices {

  private static final String ADD =
      """
      insert into credit_service (name, scopes, created_at) values (?, ?, ?) on conflict do nothing
      """;

  private static final String FIND = "select * from credit_service where name = ?";

  private static final String LIST =
      "select * from credit_service where name > ? order by name limit ?";

  private static final String COUNT =
      "select count(*) from credit_token where service = ? and revoked_at is null";

  private static final String ADD_TOKEN =
      "insert into credit_token (id, service, sha256, created_at) values (?, ?, ?, ?)";

  private static final String REVOKE =
      """
      update credit_token set revoked_at = coalesce(revoked_at, ?) where service = ? and id = ?
      """;

  private static final String TOKENS =
      """
      select id, created_at from credit_token where service = ? and revoked_at is null
      order by created_at, id
      """;

  private static final String BY_TOKEN =
      """
      select t.sha256, s.name, s.scopes from credit_token t join credit_service s
        on s.name = t.service
      where t.id = ? and t.revoked_at is null
      """;

  /** A service, and the hash of a token of its. */
  record Known(SecretHash sha256, CreditService service) {}

  /** Adds a service; false where one has the name. */
  boolean add(Connection connection, CreditService service, Instant now) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setString(1, service.name());
      statement.setArray(
          2,
          connection.createArrayOf(
              "text", service.scopes().stream().map(CreditScope::toString).sorted().toArray()));
      statement.setObject(3, now.atOffset(ZoneOffset.UTC));
      return statement.executeUpdate() == 1;
    }
  }

  /** A service that nobody else changes until the transaction ends. */
  Optional<StoredService> findAndLock(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND + " for update")) {
      statement.setString(1, name);
      return read(connection, statement).stream().findFirst();
    }
  }

  /** At most {@code limit} services behind a name. */
  List<StoredService> list(Connection connection, String after, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setString(1, after);
      statement.setInt(2, limit);
      return read(connection, statement);
    }
  }

  /** The number of a service's tokens that are good. */
  int tokens(Connection connection, String service) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
      statement.setString(1, service);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  void addToken(Connection connection, String service, KeyId id, SecretHash hash, Instant now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ADD_TOKEN)) {
      statement.setString(1, id.text());
      statement.setString(2, service);
      statement.setString(3, hash.hex());
      statement.setObject(4, now.atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
  }

  /** Takes a token back; false where the service has none of that id. */
  boolean revoke(Connection connection, String service, KeyId id, Instant now) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REVOKE)) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      statement.setString(2, service);
      statement.setString(3, id.text());
      return statement.executeUpdate() == 1;
    }
  }

  /** The service with a token that was not taken back. */
  Optional<Known> byToken(Connection connection, KeyId id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_TOKEN)) {
      statement.setString(1, id.text());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Known(
                    SecretHash.ofHex(row.getString("sha256")),
                    new CreditService(row.getString("name"), scopes(row))))
            : Optional.empty();
      }
    }
  }

  private static List<StoredService> read(Connection connection, PreparedStatement statement)
      throws SQLException {
    List<StoredService> services = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        String name = rows.getString("name");
        services.add(
            new StoredService(
                name,
                scopes(rows),
                rows.getObject("created_at", OffsetDateTime.class).toInstant(),
                tokenViews(connection, name)));
      }
    }
    return services;
  }

  private static List<TokenView> tokenViews(Connection connection, String service)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOKENS)) {
      statement.setString(1, service);
      List<TokenView> tokens = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          tokens.add(
              new TokenView(
                  new KeyId(rows.getString("id")),
                  rows.getObject("created_at", OffsetDateTime.class).toInstant()));
        }
      }
      return tokens;
    }
  }

  private static Set<CreditScope> scopes(ResultSet row) throws SQLException {
    return Arrays.stream((String[]) row.getArray("scopes").getArray())
        .map(CreditScope::of)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
