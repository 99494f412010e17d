package io.filcdn.metrics.intake;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.metrics.intake.LostRecordDetector.LostTotals;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The table of what edges tell of their journals; each method works in the caller's transaction.
 */
public final class PostgresProgress {

  private static final String KEEP =
      """
      insert into journal_progress as p (journal, partition, sequence, edge, told_at)
      select ?, told.partition, told.sequence, ?, ?
      from unnest(?, ?) as told (partition, sequence)
      where told.sequence > 0 order by 2
      on conflict (journal, partition) do update set
        sequence = excluded.sequence, told_at = excluded.told_at,
        edge = case when excluded.edge = '' then p.edge else excluded.edge end
      where p.sequence < excluded.sequence
      """;

  private static final String IS_APPLIED =
      """
      select not exists (
        select 1 from journal_progress p left join watermark w using (journal, partition)
        where p.journal = ? and coalesce(w.sequence, 0) < p.sequence)
      """;

  private static final String UNAPPLIED =
      """
      select p.journal, p.partition, p.sequence, p.check_sequence, p.check_offset, p.checked_at,
        p.lost_since, coalesce(nullif(p.edge, ''), j.edge, '') as edge,
        coalesce(w.sequence, 0) as applied
      from journal_progress p left join watermark w using (journal, partition)
      left join lease_journal j on j.journal = p.journal
      where coalesce(w.sequence, 0) < p.sequence and coalesce(w.parked, 0) = 0
      order by p.journal, p.partition limit ?
      """;

  private static final String SAVE =
      """
      update journal_progress p set check_sequence = c.sequence, check_offset = c.behind,
        checked_at = coalesce(p.checked_at, ?), partitions = ?
      from unnest(?, ?, ?, ?) as c (journal, partition, sequence, behind)
      where p.journal = c.journal and p.partition = c.partition
      """;

  private static final String LOST =
      "update journal_progress set lost_since = ? where journal = ? and partition = ?";

  /** What was looked for is there; where that was all, nothing need be remembered. */
  private static final String FORGET =
      """
      with applied as (
        delete from journal_progress p using watermark w
        where p.journal = w.journal and p.partition = w.partition and w.sequence >= p.sequence)
      update journal_progress p
      set check_sequence = null, check_offset = null, checked_at = null, lost_since = null
      from watermark w
      where p.journal = w.journal and p.partition = w.partition
        and w.sequence >= p.check_sequence and w.sequence < p.sequence
      """;

  /** Where records wait behind it, it is a gap like any other. */
  private static final String IS_LOST =
      """
      p.lost_since is not null and coalesce(w.sequence, 0) < p.check_sequence
        and coalesce(w.parked, 0) = 0
      """;

  private static final String LIST =
      """
      select p.journal, p.partition, p.lost_since, p.check_sequence,
        coalesce(nullif(p.edge, ''), j.edge, '') as edge, coalesce(w.sequence, 0) as applied
      from journal_progress p left join watermark w using (journal, partition)
      left join lease_journal j on j.journal = p.journal
      where %s and (p.lost_since, p.journal, p.partition) > (?, ?, ?)
      order by p.lost_since, p.journal, p.partition limit ?
      """
          .formatted(IS_LOST);

  private static final String LOST_TOTALS =
      """
      select count(*) as journals,
        capped(coalesce(sum(p.check_sequence - coalesce(w.sequence, 0)), 0)) as records
      from journal_progress p left join watermark w using (journal, partition) where %s
      """
          .formatted(IS_LOST);

  /**
   * A search for records up to a sequence.
   *
   * @param offset they lie before it, where they are there
   * @param since when that was found
   */
  record Check(JournalPartition lane, long sequence, long offset, Instant since) {

    Check notBehind(long end) {
      return offset <= end ? this : new Check(lane, sequence, end, since);
    }
  }

  /**
   * The records that an edge says Kafka has, and that were not applied.
   *
   * @param applied the last sequence that was
   */
  record Unapplied(
      JournalPartition lane,
      long sequence,
      long applied,
      String edge,
      Optional<Check> check,
      Optional<Instant> lostSince) {}

  /** Keeps what an edge tells. */
  void keep(Connection connection, JournalProgress told, Instant now) throws SQLException {
    List<Map.Entry<Integer, Long>> lanes = List.copyOf(told.sequences().entrySet());
    try (PreparedStatement statement = connection.prepareStatement(KEEP)) {
      statement.setObject(1, told.journal().uuid());
      statement.setString(2, told.edge());
      statement.setObject(3, now.atOffset(ZoneOffset.UTC));
      Columns.after(3, statement, lanes).integer(Map.Entry::getKey).bigint(Map.Entry::getValue);
      statement.executeUpdate();
    }
  }

  /** True where all that was told of a journal was applied. */
  boolean isApplied(Connection connection, JournalId journal) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(IS_APPLIED)) {
      statement.setObject(1, journal.uuid());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** At most {@code limit} journals' partitions of which not all that was told was applied. */
  List<Unapplied> unapplied(Connection connection, int limit) throws SQLException {
    List<Unapplied> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(UNAPPLIED)) {
      statement.setInt(1, limit);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Unapplied(
                  lane(rows),
                  rows.getLong("sequence"),
                  rows.getLong("applied"),
                  rows.getString("edge"),
                  check(rows),
                  instant(rows, "lost_since")));
        }
      }
    }
    return found;
  }

  private static Optional<Check> check(ResultSet row) throws SQLException {
    Optional<Instant> since = instant(row, "checked_at");
    return since.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Check(
                lane(row),
                row.getLong("check_sequence"),
                row.getLong("check_offset"),
                since.get()));
  }

  /**
   * Stores what is looked for.
   *
   * @param partitions how many the topic has
   */
  void save(Connection connection, List<Check> checks, int partitions, Instant now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      statement.setInt(2, partitions);
      Columns.after(2, statement, checks)
          .uuid(check -> check.lane().journal().uuid())
          .integer(check -> check.lane().partition())
          .bigint(Check::sequence)
          .bigint(Check::offset);
      statement.executeUpdate();
    }
  }

  void markLost(Connection connection, JournalPartition lane, Instant now) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOST)) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      statement.setObject(2, lane.journal().uuid());
      statement.setInt(3, lane.partition());
      statement.executeUpdate();
    }
  }

  /** Forgets what was told and is applied. */
  void forgetApplied(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.executeUpdate();
    }
  }

  /** At most {@code limit} losses behind {@code after}, the longest known first. */
  public List<LostRecords> lost(Connection connection, GapPlace after, int limit)
      throws SQLException {
    List<LostRecords> lost = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      PostgresGaps.bind(statement, after);
      statement.setInt(4, limit);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Gap gap =
              new Gap(lane(rows), rows.getLong("applied") + 1, rows.getLong("check_sequence"));
          lost.add(
              new LostRecords(
                  gap, rows.getString("edge"), instant(rows, "lost_since").orElseThrow()));
        }
      }
    }
    return lost;
  }

  /** The extent of all losses. */
  public LostTotals lostTotals(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOST_TOTALS);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return new LostTotals(row.getLong("journals"), row.getLong("records"));
    }
  }

  private static JournalPartition lane(ResultSet row) throws SQLException {
    return new JournalPartition(
        new JournalId(row.getObject("journal", UUID.class)), row.getInt("partition"));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
