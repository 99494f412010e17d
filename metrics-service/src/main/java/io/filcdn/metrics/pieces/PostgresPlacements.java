package io.filcdn.metrics.pieces;

import io.filcdn.common.chain.Address;
import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.PieceId;
import io.filcdn.metrics.pieces.PlacementChange.Placed;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tables of placed pieces and of what payers have placed; each method works in the caller's
 * transaction.
 */
public final class PostgresPlacements {

  /** A placement that is told again adds nothing; 2⁶³ − 1 stands for more bytes than that. */
  private static final String PLACE =
      """
      with added as (
        insert into placement (key, payer, bytes, day, since)
        select key, payer, bytes, date '1970-01-01' + day, since
        from unnest(?, ?, ?, ?, ?) as told (key, payer, bytes, day, since) order by key
        on conflict do nothing
        returning payer, bytes, day
      ), uploaded as (
        insert into upload_day as u (payer, day, pieces, bytes)
        select payer, day, count(*), capped(sum(bytes)) from added group by payer, day order by 1, 2
        on conflict (payer, day) do update set
          pieces = u.pieces + excluded.pieces, bytes = capped(u.bytes::numeric + excluded.bytes)
      )
      insert into pinned as p (payer, pieces, bytes)
      select payer, count(*), capped(sum(bytes)) from added group by payer order by 1
      on conflict (payer) do update set
        pieces = p.pieces + excluded.pieces, bytes = capped(p.bytes::numeric + excluded.bytes)
      """;

  /** A placement whose removal a reorganisation took back is what it was. */
  private static final String REVIVE =
      """
      with back as (
        update placement set removed_at = null
        where key = any (?) and removed_at is not null and not settled
        returning payer, bytes)
      update pinned p set pieces = p.pieces + sums.pieces,
        bytes = capped(p.bytes + sums.bytes)
      from (select payer, count(*) as pieces, sum(bytes) as bytes
        from back group by payer) sums
      where p.payer = sums.payer
      """;

  /** {@link PostgresKept} reckons for how long it was there. */
  private static final String REMOVE =
      """
      with gone as (
        update placement set removed_at = ? where key = any (?) and removed_at is null
        returning payer, bytes)
      update pinned p set pieces = p.pieces - sums.pieces,
        bytes = capped(greatest(0, p.bytes - sums.bytes))
      from (select payer, count(*) as pieces, sum(bytes) as bytes
        from gone group by payer) sums
      where p.payer = sums.payer
      """;

  private static final String PINNED = "select pieces, bytes from pinned where payer = ?";

  private static final String UPLOADS =
      "select day, pieces, bytes from upload_day where payer = ? and day >= ? order by day";

  /** As the index of placements has a data set and a piece's number. */
  private static final String OF_DATA_SET =
      """
      select key, bytes, since from placement
      where split_part(key, '/', 3) || '/' || split_part(key, '/', 4) = ?
        and split_part(key, '/', 5)::bigint > ? and removed_at is null
      order by split_part(key, '/', 5)::bigint limit ?
      """;

  /** A piece where it is placed. */
  public record PlacedPiece(PlacementKey key, long bytes, Instant since) {}

  /** A number of pieces, and of their bytes. */
  public record Stored(long pieces, long bytes) {}

  /** The pieces placed on one day, also those that are gone by now. */
  public record Uploads(LocalDate day, long pieces, long bytes) {}

  /**
   * Keeps what became of placements, of each the last that is told.
   *
   * @param now from when on removed pieces are gone: a tombstone does not say it
   */
  public void keep(Connection connection, List<PlacementChange> changes, Instant now)
      throws SQLException {
    Map<String, Optional<Placed>> last = new HashMap<>();
    changes.forEach(change -> last.put(change.key(), change.placed()));
    List<String> gone = new ArrayList<>();
    List<Map.Entry<String, Placed>> placed = new ArrayList<>();
    last.forEach(
        (key, found) ->
            found.ifPresentOrElse(p -> placed.add(Map.entry(key, p)), () -> gone.add(key)));
    if (!placed.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(REVIVE)) {
        Columns.of(statement, placed).text(Map.Entry::getKey);
        statement.executeUpdate();
      }
      try (PreparedStatement statement = connection.prepareStatement(PLACE)) {
        Columns.of(statement, placed)
            .text(Map.Entry::getKey)
            .text(entry -> entry.getValue().payer().hex())
            .bigint(entry -> entry.getValue().bytes())
            .integer(entry -> Math.toIntExact(entry.getValue().day().toEpochDay()))
            .bigint(entry -> entry.getValue().since().getEpochSecond());
        statement.executeUpdate();
      }
    }
    if (!gone.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
        statement.setLong(1, now.getEpochSecond());
        Columns.after(1, statement, gone).text(key -> key);
        statement.executeUpdate();
      }
    }
  }

  /** The pieces that a payer has placed now. */
  public Stored pinned(Connection connection, Address payer) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PINNED)) {
      statement.setString(1, payer.hex());
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? new Stored(rows.getLong(1), rows.getLong(2)) : new Stored(0, 0);
      }
    }
  }

  /** The pieces that are in a data set behind one of them, in the order of their ids. */
  public List<PlacedPiece> ofDataSet(
      Connection connection, DataSetId dataSet, Optional<PieceId> after, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OF_DATA_SET)) {
      statement.setString(1, dataSet.toString());
      statement.setLong(2, after.map(PieceId::number).orElse(-1L));
      statement.setInt(3, limit);
      List<PlacedPiece> pieces = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          pieces.add(
              new PlacedPiece(
                  PlacementKey.of(rows.getString("key")),
                  rows.getLong("bytes"),
                  Instant.ofEpochSecond(rows.getLong("since"))));
        }
      }
      return pieces;
    }
  }

  /** The pieces that a payer placed since a day, day by day; days without anything are left out. */
  public List<Uploads> uploads(Connection connection, Address payer, LocalDate since)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UPLOADS)) {
      statement.setString(1, payer.hex());
      statement.setObject(2, since);
      List<Uploads> uploads = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          uploads.add(
              new Uploads(rows.getObject(1, LocalDate.class), rows.getLong(2), rows.getLong(3)));
        }
      }
      return uploads;
    }
  }
}
