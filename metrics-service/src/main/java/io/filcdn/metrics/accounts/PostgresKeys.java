package io.filcdn.metrics.accounts;

import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of keys; each method works in the caller's transaction. */
final class PostgresKeys {

  private static final String COUNT =
      "select count(*) from access_key where payer = ? and not forgotten";

  private static final String HAS_NAME =
      """
      select exists (
        select from access_key where payer = ? and name = ? and not revoked and not forgotten)
      """;

  private static final String ADD =
      """
      insert into access_key (id, payer, name, record, version, ends_at)
      values (?, ?, ?, ?, ?, ?) returning number
      """;

  private static final String FIND =
      "select number, name, record from access_key where id = ? and not forgotten";

  private static final String UPDATE =
      """
      update access_key set record = ?, version = ?, revoked = ?, ends_at = ? where number = ?
      """;

  private static final String LIST =
      """
      select number, name, record from access_key
      where payer = ? and number < ? and not forgotten order by number desc limit ?
      """;

  private static final String FORGET =
      """
      update access_key set forgotten = true, version = version + 1
      where ends_at <= ? and not forgotten
      """;

  private static final String FORGET_FIRST =
      """
      update access_key set forgotten = true, version = version + 1 where number = (
        select number from access_key where payer = ? and ends_at <= ? and not forgotten
        order by ends_at, number limit 1)
      """;

  /** Marks the key of a payer's that ended first, as {@link #forget} does; false where none has. */
  boolean forgetFirst(Connection connection, Address payer, Instant now) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET_FIRST)) {
      statement.setString(1, payer.hex());
      statement.setObject(2, now.atOffset(ZoneOffset.UTC));
      return statement.executeUpdate() == 1;
    }
  }

  /** The number of a payer's keys. */
  int count(Connection connection, Address payer) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
      statement.setString(1, payer.hex());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** True where a key of the payer's that is not revoked has the name. */
  boolean hasName(Connection connection, Address payer, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HAS_NAME)) {
      statement.setString(1, payer.hex());
      statement.setString(2, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  StoredKey add(Connection connection, String name, AccessKeyRecord record) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setString(1, record.id().text());
      statement.setString(2, record.payer().hex());
      statement.setString(3, name);
      statement.setString(4, RecordJson.write(record));
      statement.setLong(5, record.version());
      statement.setObject(6, end(record));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new StoredKey(row.getLong(1), name, record);
      }
    }
  }

  /** A key, whosever it is. */
  Optional<StoredKey> find(Connection connection, KeyId id) throws SQLException {
    return find(connection, FIND, id);
  }

  /** A key that nobody else changes until the transaction ends. */
  Optional<StoredKey> findAndLock(Connection connection, KeyId id) throws SQLException {
    return find(connection, FIND + " for update", id);
  }

  private static Optional<StoredKey> find(Connection connection, String sql, KeyId id)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, id.text());
      return read(statement).stream().findFirst();
    }
  }

  /** Keeps a change; it waits to be told. */
  void update(Connection connection, StoredKey key) throws SQLException {
    AccessKeyRecord record = key.record();
    try (PreparedStatement statement = connection.prepareStatement(UPDATE)) {
      statement.setString(1, RecordJson.write(record));
      statement.setLong(2, record.version());
      statement.setBoolean(3, record.revoked().isPresent());
      statement.setObject(4, end(record));
      statement.setLong(5, key.number());
      statement.executeUpdate();
    }
  }

  /** At most {@code limit} keys of a payer with numbers below {@code before}, the newest first. */
  List<StoredKey> list(Connection connection, Address payer, long before, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setString(1, payer.hex());
      statement.setLong(2, before);
      statement.setInt(3, limit);
      return read(statement);
    }
  }

  /** Marks keys that ended before {@code then}: once that is told, they are gone. */
  void forget(Connection connection, Instant then) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setObject(1, then.atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
  }

  private static List<StoredKey> read(PreparedStatement statement) throws SQLException {
    List<StoredKey> keys = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        keys.add(
            new StoredKey(
                rows.getLong("number"),
                rows.getString("name"),
                RecordJson.read(rows.getString("record"), AccessKeyRecord.class)));
      }
    }
    return keys;
  }

  private static @Nullable OffsetDateTime end(AccessKeyRecord record) {
    return record
        .revoked()
        .or(record::expires)
        .map(end -> end.atOffset(ZoneOffset.UTC))
        .orElse(null);
  }
}
