package io.filcdn.metrics.pieces;

import io.filcdn.common.chain.Address;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The odometers of what payers placed and kept on chain, in bytes and byte-seconds: final facts
 * only. A placement counts once it is older than a reorganisation can be, from when it began; its
 * removal counts as late. One that was removed before it counted never does. What is settled stays,
 * so that it does not count again where the index is read anew. Each method works in the caller's
 * transaction.
 */
public final class PostgresKept {

  private static final String COUNT =
      """
      with added as (
        update placement set counted = true where key in (
          select key from placement
          where not counted and removed_at is null and since <= ? order by since limit ?)
        returning payer, bytes, since
      ), sums as (
        insert into kept as k (payer, uploaded, bytes, bytes_since, byte_seconds)
        select payer, sum(bytes), sum(bytes), sum(bytes::numeric * since), 0
        from added group by payer order by payer
        on conflict (payer) do update set
          uploaded = k.uploaded + excluded.uploaded, bytes = k.bytes + excluded.bytes,
          bytes_since = k.bytes_since + excluded.bytes_since
      )
      select count(*) from added
      """;

  private static final String SETTLE =
      """
      with gone as (
        update placement set settled = true where not settled and key in (
          select key from placement
          where not settled and removed_at <= ? order by removed_at limit ?)
        returning payer, bytes, since, removed_at, counted
      ), settled as (
        update kept k set bytes = k.bytes - sums.bytes,
          bytes_since = k.bytes_since - sums.bytes_since,
          byte_seconds = k.byte_seconds + sums.byte_seconds
        from (
          select payer, sum(bytes) as bytes, sum(bytes::numeric * since) as bytes_since,
            sum(bytes::numeric * greatest(0, removed_at - since)) as byte_seconds
          from gone where counted group by payer) sums
        where k.payer = sums.payer
      )
      select count(*) from gone
      """;

  private static final String DUE =
      "select payer from kept where booked_at <= ? order by booked_at limit ?";

  private static final String TOTALS =
      """
      update kept set booked_at = ? where payer = ? and booked_at <= ?
      returning uploaded, greatest(0, byte_seconds + bytes * ? - bytes_since) as byte_seconds
      """;

  /** The sums of a payer since he began, in bytes and byte-seconds. */
  public record Kept(BigInteger uploaded, BigInteger byteSeconds) {}

  /**
   * Counts what has become final.
   *
   * @param then what is older is final
   * @param most rows that are looked at
   * @return how many rows were
   */
  public int count(Connection connection, Instant then, int most) throws SQLException {
    return number(connection, COUNT, then, most) + number(connection, SETTLE, then, most);
  }

  private static int number(Connection connection, String sql, Instant then, int most)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, then.getEpochSecond());
      statement.setInt(2, most);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** The payers whose sums were not booked since a time. */
  public List<Address> due(Connection connection, Instant since, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DUE)) {
      statement.setLong(1, since.getEpochSecond());
      statement.setInt(2, limit);
      List<Address> payers = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          payers.add(Address.of(rows.getString(1)));
        }
      }
      return payers;
    }
  }

  /**
   * The sums of a payer up to a time, which counts as booked by that; empty where they were booked
   * up to a later one.
   */
  public Optional<Kept> book(Connection connection, Address payer, Instant until)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOTALS)) {
      statement.setLong(1, until.getEpochSecond());
      statement.setString(2, payer.hex());
      statement.setLong(3, until.getEpochSecond());
      statement.setLong(4, until.getEpochSecond());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Kept(
                    row.getBigDecimal("uploaded").toBigIntegerExact(),
                    row.getBigDecimal("byte_seconds").toBigIntegerExact()))
            : Optional.empty();
      }
    }
  }
}
