package io.filcdn.metrics.repair;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.intake.JournalPartition;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.odometer.PostgresOdometers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The tables of checkpoints; each method works in the caller's transaction. */
public final class PostgresCheckpoints {

  private static final String OPEN = "insert into checkpoint (taken_at) values (?) returning id";

  private static final String COPY_ODOMETERS =
      """
      insert into checkpoint_odometer
      select ?, data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests from odometer
      """;

  private static final String COPY_WATERMARKS =
      "insert into checkpoint_watermark select ?, journal, partition, sequence from watermark";

  /** What is parked was read before, and is not counted. */
  private static final String COPY_OFFSETS =
      """
      insert into checkpoint_offset
      select ?, o.partition, least(o.next_offset, min(p.source_offset))
      from intake_offset o left join parked p on p.source_partition = o.partition
      where o.topic = 'filcdn.egress'
      group by o.partition, o.next_offset
      """;

  private static final String FORGET =
      """
      delete from checkpoint where id in (select id from checkpoint order by id desc offset ?)
      """;

  private static final String CORRECT =
      """
      insert into checkpoint_odometer as o
        (checkpoint, data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests)
      select id, ?, ?, ?, ?, ? from checkpoint where id > ?
      on conflict (checkpoint, data_set) do update set
        cdn_bytes = o.cdn_bytes - ? + excluded.cdn_bytes,
        cache_miss_bytes = o.cache_miss_bytes - ? + excluded.cache_miss_bytes,
        requests = o.requests - ? + excluded.requests,
        cache_miss_requests = o.cache_miss_requests - ? + excluded.cache_miss_requests
      """;

  private static final String TOTALS =
      "data_set, cdn_bytes, cache_miss_bytes, requests, " + "cache_miss_requests";

  /**
   * A copy of the counts.
   *
   * @param offsets where reading must begin, by partition; 0 where it has none
   */
  record Checkpoint(
      long id,
      Instant takenAt,
      Map<DataSetId, Totals> totals,
      Map<JournalPartition, Long> watermarks,
      Map<Integer, Long> offsets) {

    /** Before anything was counted. */
    static final Checkpoint NOTHING =
        new Checkpoint(0, Instant.EPOCH, Map.of(), Map.of(), Map.of());
  }

  /** Makes this transaction see one moment; to be called before anything else in it. */
  public void freeze(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("set transaction isolation level repeatable read");
    }
  }

  /**
   * Lets nobody else take a checkpoint before this transaction ends. One that is frozen sees what
   * the last holder has left, if nothing but {@link #freeze} was called before.
   */
  public void hold(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("lock table checkpoint in share row exclusive mode");
    }
  }

  /** The time at which the last checkpoint was taken. */
  public Optional<Instant> lastTaken(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("select max(taken_at) from checkpoint");
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return Optional.ofNullable(rows.getObject(1, OffsetDateTime.class))
          .map(OffsetDateTime::toInstant);
    }
  }

  /** Copies the counts as they are, in a frozen transaction, and keeps the newest copies. */
  public long take(Connection connection, Instant now, int keep) throws SQLException {
    long id;
    try (PreparedStatement statement = connection.prepareStatement(OPEN)) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        id = row.getLong(1);
      }
    }
    update(connection, COPY_ODOMETERS, id);
    update(connection, COPY_WATERMARKS, id);
    update(connection, COPY_OFFSETS, id);
    update(connection, FORGET, keep);
    return id;
  }

  /**
   * Corrects an odometer in the checkpoints that were taken after one, as it is corrected itself:
   * who counts again from them would undo it.
   */
  void correct(Connection connection, long after, DataSetId dataSet, Totals shown, Totals right)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CORRECT)) {
      statement.setString(1, dataSet.toString());
      PostgresOdometers.bind(statement, 2, right);
      statement.setLong(6, after);
      PostgresOdometers.bind(statement, 7, shown);
      statement.executeUpdate();
    }
  }

  /** The newest checkpoint, or that before all counting. */
  Checkpoint last(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("select * from checkpoint order by id desc limit 1");
        ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        return Checkpoint.NOTHING;
      }
      long id = rows.getLong("id");
      return new Checkpoint(
          id,
          rows.getObject("taken_at", OffsetDateTime.class).toInstant(),
          totals(
              connection,
              "select " + TOTALS + " from checkpoint_odometer where checkpoint = ?",
              id),
          watermarks(
              connection,
              "select journal, partition, sequence from checkpoint_watermark where checkpoint = ?",
              id),
          offsets(connection, id));
    }
  }

  /** The counts as they are now; its id and offsets mean nothing. */
  Checkpoint present(Connection connection, Instant now) throws SQLException {
    return new Checkpoint(
        0,
        now,
        totals(connection, "select " + TOTALS + " from odometer where 0 = ?", 0),
        watermarks(connection, "select journal, partition, sequence from watermark where 0 = ?", 0),
        Map.of());
  }

  private static void update(Connection connection, String sql, long parameter)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, parameter);
      statement.executeUpdate();
    }
  }

  private static Map<DataSetId, Totals> totals(Connection connection, String sql, long id)
      throws SQLException {
    Map<DataSetId, Totals> totals = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, id);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          totals.put(
              DataSetId.of(rows.getString(1)),
              new Totals(
                  ByteCount.of(rows.getLong(2)),
                  ByteCount.of(rows.getLong(3)),
                  rows.getLong(4),
                  rows.getLong(5)));
        }
      }
    }
    return totals;
  }

  private static Map<JournalPartition, Long> watermarks(Connection connection, String sql, long id)
      throws SQLException {
    Map<JournalPartition, Long> watermarks = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, id);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          JournalId journal = new JournalId(rows.getObject(1, UUID.class));
          watermarks.put(new JournalPartition(journal, rows.getInt(2)), rows.getLong(3));
        }
      }
    }
    return watermarks;
  }

  private static Map<Integer, Long> offsets(Connection connection, long id) throws SQLException {
    Map<Integer, Long> offsets = new HashMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select partition, next_offset from checkpoint_offset where checkpoint = ?")) {
      statement.setLong(1, id);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          offsets.put(rows.getInt(1), rows.getLong(2));
        }
      }
    }
    return offsets;
  }
}
