package io.filcdn.metrics.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.digest.Digests;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The table of values that count because an operator said so, whoever wrote them; each method works
 * in the caller's transaction.
 */
public final class PostgresApprovals {

  private static final String ADD =
      """
      insert into approved (digest, dead_letter, at) values (?, ?, ?) on conflict do nothing
      """;

  private static final String FIND = "select digest from approved where digest = any (?)";

  private static final String FORGET = "delete from approved where at < ?";

  /**
   * Approves a value.
   *
   * @param deadLetter the letter that it is a replay of
   */
  public void add(Connection connection, String value, long deadLetter, Instant now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setString(1, digest(value));
      statement.setLong(2, deadLetter);
      statement.setObject(3, now.atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
  }

  /** Those of {@code values} that are approved. */
  Set<String> among(Connection connection, List<String> values) throws SQLException {
    if (values.isEmpty()) {
      return Set.of();
    }
    Set<String> digests = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      Columns.of(statement, values).text(PostgresApprovals::digest);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          digests.add(rows.getString("digest"));
        }
      }
    }
    return values.stream()
        .filter(value -> digests.contains(digest(value)))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Forgets what was approved before {@code then}. */
  public void forgetOlderThan(Connection connection, Instant then) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setObject(1, then.atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
  }

  /** Its SHA-256, in hex: the value itself may hold what no text column takes. */
  private static String digest(String value) {
    return HexFormat.of().formatHex(Digests.sha256(value.getBytes(UTF_8)));
  }
}
