package io.filcdn.metrics.intake;

import io.filcdn.common.egress.JournalId;
import java.nio.charset.StandardCharsets;
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
import java.util.UUID;

/**
 * The gaps in journals, as the tables of {@link PostgresJournals} tell them, and those accepted.
 */
public final class PostgresGaps {

  private static final String LIST =
      """
      select w.journal, w.partition, w.sequence + 1 as first_missing, w.parked,
        p.sequence - 1 as last_missing, p.parked_at, p.value
      from watermark w
      cross join lateral (
        select sequence, parked_at, value from parked
        where journal = w.journal and partition = w.partition order by sequence limit 1) p
      where w.parked > 0 and (p.parked_at, w.journal, w.partition) > (?, ?, ?)
      order by p.parked_at, w.journal, w.partition
      limit ?
      """;

  private static final String LOCK =
      "select 1 from watermark where journal = ? and partition = ? for update";

  private static final String FIND =
      """
      select w.journal, w.partition, w.sequence + 1 as first_missing,
        min(p.sequence) - 1 as last_missing
      from watermark w join parked p using (journal, partition)
      where journal = ? and partition = ?
      group by w.journal, w.partition, w.sequence
      """;

  private static final String FIND_TAIL =
      """
      select p.journal, p.partition, coalesce(w.sequence, 0) + 1 as first_missing,
        p.check_sequence as last_missing
      from journal_progress p left join watermark w using (journal, partition)
      where journal = ? and partition = ? and p.lost_since is not null
        and coalesce(w.sequence, 0) < p.check_sequence
      """;

  private static final String KEEP_ACCEPTED =
      """
      insert into accepted_gap (journal, partition, first_missing, last_missing)
      values (?, ?, ?, ?)
      """;

  /**
   * A gap as operators see it.
   *
   * @param waiting how many records wait behind it
   * @param since when the first of them came
   * @param next the first record behind it, which names the edge
   */
  public record OpenGap(Gap gap, int waiting, Instant since, String next) {}

  /** At most {@code limit} gaps behind {@code after}, the longest known first. */
  public List<OpenGap> list(Connection connection, GapPlace after, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      bind(statement, after);
      statement.setInt(4, limit);
      List<OpenGap> gaps = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          gaps.add(
              new OpenGap(
                  gap(rows),
                  rows.getInt("parked"),
                  rows.getObject("parked_at", OffsetDateTime.class).toInstant(),
                  new String(rows.getBytes("value"), StandardCharsets.UTF_8)));
        }
      }
      return gaps;
    }
  }

  /**
   * The gap in {@code lane}, or the tail of it that is lost, whose watermark nobody moves before
   * the transaction ends. It is looked for only once the lock is held: what came while this waited
   * is seen.
   */
  Optional<Gap> lock(Connection connection, JournalPartition lane) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
      bind(statement, lane);
      statement.execute();
    }
    Optional<Gap> gap = find(connection, FIND, lane);
    return gap.isPresent() ? gap : find(connection, FIND_TAIL, lane);
  }

  /** Remembers that a watermark passes over a gap. */
  void keepAccepted(Connection connection, Gap gap) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(KEEP_ACCEPTED)) {
      bind(statement, gap.lane());
      statement.setLong(3, gap.from());
      statement.setLong(4, gap.to());
      statement.executeUpdate();
    }
  }

  /** All gaps that were accepted. */
  public List<Gap> accepted(Connection connection) throws SQLException {
    List<Gap> gaps = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement("select * from accepted_gap");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        gaps.add(gap(rows));
      }
    }
    return gaps;
  }

  private static Optional<Gap> find(Connection connection, String query, JournalPartition lane)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      bind(statement, lane);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(gap(rows)) : Optional.empty();
      }
    }
  }

  /** Binds a place to the first three parameters. */
  static void bind(PreparedStatement statement, GapPlace place) throws SQLException {
    statement.setObject(1, place.since().atOffset(ZoneOffset.UTC));
    statement.setObject(2, place.lane().journal().uuid());
    statement.setInt(3, place.lane().partition());
  }

  private static void bind(PreparedStatement statement, JournalPartition lane) throws SQLException {
    statement.setObject(1, lane.journal().uuid());
    statement.setInt(2, lane.partition());
  }

  private static Gap gap(ResultSet row) throws SQLException {
    JournalId journal = new JournalId(row.getObject("journal", UUID.class));
    return new Gap(
        new JournalPartition(journal, row.getInt("partition")),
        row.getLong("first_missing"),
        row.getLong("last_missing"));
  }
}
