package io.filcdn.metrics.quota;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.quota.PostgresLeases.Change;
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
import java.util.UUID;

/** The table of journals that lease; each method works in the caller's transaction. */
public final class PostgresLeaseJournals {

  /** Changes no row where the journal may not lease. */
  static final String RENEW =
      """
      insert into lease_journal as j (journal, edge, expires_at) values (?, ?, ?)
      on conflict (journal) do update set
        edge = excluded.edge, expires_at = greatest(j.expires_at, excluded.expires_at)
      where j.closed is null
      """;

  private static final String UNAPPLIED =
      """
      select count(*) from unnest(?::int[], ?::bigint[]) as ended (partition, sequence)
      left join watermark w on w.journal = ? and w.partition = ended.partition
      where coalesce(w.sequence, 0) < ended.sequence
      """;

  private static final String CLOSE =
      """
      insert into lease_journal as j (journal, edge, expires_at, closed) values (?, '', ?, ?)
      on conflict (journal) do update set closed = excluded.closed where j.closed is null
      """;

  private static final String QUOTAS =
      "select data_set, quota from lease where journal = ? order by data_set, quota";

  private static final String FORGET =
      "delete from lease where journal = ? returning data_set, quota, acquired, returned, applied";

  private static final String EXPIRED =
      """
      select journal from lease_journal where closed is null and expires_at < ?
      order by expires_at limit ?
      """;

  private static final String LIST =
      """
      select j.journal, j.edge, j.expires_at, count(*) as quotas,
        sum(greatest(0, l.acquired - l.returned - l.applied))::bigint as held
      from lease_journal j join lease l using (journal)
      where j.closed is null
      group by j.journal, j.edge, j.expires_at order by j.expires_at limit ?
      """;

  private static final String HOLDERS =
      """
      select j.journal, j.edge, j.expires_at, 1 as quotas,
        greatest(0, l.acquired - l.returned - l.applied) as held
      from lease l join lease_journal j using (journal)
      where l.data_set = ? and l.quota = ? order by held desc limit ?
      """;

  private static final String MISSING =
      """
      select p.partition, p.partitions, l.quota,
        sum(p.check_sequence - coalesce(w.sequence, 0))::bigint as records,
        sum(greatest(0, l.acquired - l.returned - l.applied))::bigint as held
      from journal_progress p join lease l using (journal)
      left join watermark w on w.journal = p.journal and w.partition = p.partition
      where p.lost_since is not null and l.data_set = ?
        and coalesce(w.sequence, 0) < p.check_sequence
        and l.acquired - l.returned - l.applied > 0
      group by p.partition, p.partitions, l.quota order by l.quota, p.partition
      """;

  private final PostgresLeases leases;

  public PostgresLeaseJournals(PostgresLeases leases) {
    this.leases = leases;
  }

  /**
   * A journal that holds quota.
   *
   * @param quotas of how many quotas
   * @param held how many bytes
   */
  public record Holder(JournalId journal, String edge, Instant expiresAt, int quotas, long held) {}

  /**
   * Records that are lost and may have been about a data set.
   *
   * @param partition of the records, of {@code partitions} that the topic has
   * @param held how many bytes of the quota those who wrote them hold, more than which they cannot
   *     have counted
   */
  public record Missing(String quota, int partition, int partitions, long records, long held) {}

  /** What is lost of journals that hold a data set's quotas. */
  public List<Missing> missing(Connection connection, DataSetId dataSet) throws SQLException {
    List<Missing> missing = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(MISSING)) {
      statement.setString(1, dataSet.toString());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          missing.add(
              new Missing(
                  rows.getString("quota"),
                  rows.getInt("partition"),
                  rows.getInt("partitions"),
                  rows.getLong("records"),
                  rows.getLong("held")));
        }
      }
    }
    return missing;
  }

  /** Whether all of a journal up to {@code sequences}, by partition, was applied. */
  boolean isApplied(Connection connection, JournalId journal, Map<Integer, Long> sequences)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UNAPPLIED)) {
      List<Map.Entry<Integer, Long>> ends = List.copyOf(sequences.entrySet());
      statement.setArray(
          1, connection.createArrayOf("int", ends.stream().map(Map.Entry::getKey).toArray()));
      statement.setArray(
          2, connection.createArrayOf("bigint", ends.stream().map(Map.Entry::getValue).toArray()));
      statement.setObject(3, journal.uuid());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1) == 0;
      }
    }
  }

  /**
   * Sets free all that a journal holds, and lets it lease nothing any more.
   *
   * @return how many bytes it held
   */
  long close(Connection connection, JournalId journal, String why, Instant now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CLOSE)) {
      statement.setObject(1, journal.uuid());
      statement.setObject(2, now.atOffset(ZoneOffset.UTC));
      statement.setString(3, why);
      statement.executeUpdate();
    }
    Map<QuotaKey, Long> heldByAll = leases.lock(connection, quotas(connection, journal));
    List<Change> freed = new ArrayList<>();
    long held = 0;
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setObject(1, journal.uuid());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Holding was = PostgresLeases.holding(rows);
          QuotaKey quota = PostgresLeases.key(rows);
          long heldByOthers = requireNonNull(heldByAll.get(quota)) - was.held();
          freed.add(new Change(quota, Holding.NONE, heldByOthers));
          held = Math.addExact(held, was.held());
        }
      }
    }
    PostgresLeases.hold(connection, freed);
    return held;
  }

  private static List<QuotaKey> quotas(Connection connection, JournalId journal)
      throws SQLException {
    List<QuotaKey> quotas = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(QUOTAS)) {
      statement.setObject(1, journal.uuid());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          quotas.add(PostgresLeases.key(rows));
        }
      }
    }
    return quotas;
  }

  /** At most {@code limit} open journals whose leases ended before {@code then}. */
  List<JournalId> expired(Connection connection, Instant then, int limit) throws SQLException {
    List<JournalId> journals = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(EXPIRED)) {
      statement.setObject(1, then.atOffset(ZoneOffset.UTC));
      statement.setInt(2, limit);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          journals.add(new JournalId(rows.getObject(1, UUID.class)));
        }
      }
    }
    return journals;
  }

  /** At most {@code limit} open journals with leases, the longest unheard first. */
  public List<Holder> list(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setInt(1, limit);
      return holders(statement);
    }
  }

  /** At most {@code limit} journals that lease one quota, those that hold most first. */
  public List<Holder> holders(Connection connection, DataSetId dataSet, String quota, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HOLDERS)) {
      statement.setString(1, dataSet.toString());
      statement.setString(2, quota);
      statement.setInt(3, limit);
      return holders(statement);
    }
  }

  private static List<Holder> holders(PreparedStatement statement) throws SQLException {
    List<Holder> holders = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        holders.add(
            new Holder(
                new JournalId(rows.getObject("journal", UUID.class)),
                rows.getString("edge"),
                rows.getObject("expires_at", OffsetDateTime.class).toInstant(),
                rows.getInt("quotas"),
                rows.getLong("held")));
      }
    }
    return holders;
  }
}
