package io.filcdn.metrics.quota;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.identity.RequestSignature;
import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.audit.AuditEntry.Action;
import io.filcdn.metrics.quota.LeaseGrant.Held;
import io.filcdn.metrics.quota.PostgresLeases.Change;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The table of journals that lease; each method works in the caller's transaction.
 *
 * <pre>
 *   unknown --- asks ---> leasing ---- asks no more ---> expired
 *                           |  ^                           | |
 *                           |  +---------- asks -----------+ |
 *                           |                                |
 *                           +--- all it counted is applied --+--> drained
 *                           +--- some time has passed, or ---+--> written off
 *                                an operator says so
 * </pre>
 */
public final class PostgresLeaseJournals {

  /**
   * Changes no row where the journal may not lease, or its edge has asked later already, by a clock
   * that was not ahead.
   */
  static final String RENEW =
      """
      insert into lease_journal as j (journal, edge, expires_at, asked_at) values (?, ?, ?, ?)
      on conflict (journal) do update set
        expires_at = greatest(j.expires_at, excluded.expires_at), asked_at = excluded.asked_at
      where j.closed is null and j.edge = excluded.edge and (j.asked_at < excluded.asked_at
        or j.asked_at > excluded.asked_at + %d)
      """
          .formatted(RequestSignature.MOST_APART.toMillis());

  private static final String FIND =
      "select edge, closed is not null as closed from lease_journal where journal = ? for update";

  private static final String OWNERS =
      "select journal, edge from lease_journal where journal = any (?) and edge <> ''";

  private static final String UNAPPLIED =
      """
      select count(*) from unnest(?::int[], ?::bigint[]) as ended (partition, sequence)
      left join watermark w on w.journal = ? and w.partition = ended.partition
      where coalesce(w.sequence, 0) < ended.sequence
      """;

  private static final String CLOSE =
      """
      insert into lease_journal as j (journal, edge, expires_at, closed) values (?, ?, ?, ?)
      on conflict (journal) do update set closed = excluded.closed where j.closed is null
      """;

  /**
   * What makes a difference when a journal ends. Of clients and tokens it may have had millions,
   * and all that it was given is used or was given back.
   */
  private static final String NOT_USED_UP =
      """
      not (data_set >= 'cap/' and data_set < 'cap0' and acquired - returned = applied)
      """;

  private static final String QUOTAS =
      "select data_set, quota from lease where journal = ? and "
          + NOT_USED_UP
          + " order by data_set, quota";

  /** A look-up a row: other edges wait for these quotas meanwhile. */
  private static final String FORGET =
      """
      delete from lease l using unnest(?, ?) as named (data_set, quota)
      where l.journal = ? and l.data_set = named.data_set and l.quota = named.quota
      returning l.data_set, l.quota, l.acquired, l.returned, l.applied
      """;

  /** Caps of journals that were closed: nothing is held of them. */
  private static final String FORGET_USED_UP =
      """
      delete from lease where (journal, data_set, quota) in (
        select l.journal, l.data_set, l.quota
        from lease_journal j cross join lateral (
          select journal, data_set, quota from lease
          where journal = j.journal and data_set >= 'cap/' and data_set < 'cap0'
          limit ?) l
        where j.closed is not null limit ?)
      """;

  /** No record tells of other caps than keys'. */
  private static final String KEEP_LEFT =
      """
      insert into written_off (journal, data_set, quota, bytes)
      select l.journal, l.data_set, l.quota, l.acquired - l.returned - l.applied
      from unnest(?, ?) as named (data_set, quota) join lease l
        on l.data_set = named.data_set and l.quota = named.quota
      where l.journal = ? and l.acquired - l.returned - l.applied > 0
        and not (l.data_set >= 'cap/' and l.data_set < 'cap0')
      on conflict do nothing
      """;

  private static final String FORGET_LEFT = "delete from written_off where journal = ?";

  private static final String EXPIRED =
      """
      select journal from lease_journal where closed is null and expires_at < ?
      order by expires_at limit ?
      """;

  private static final String LOCK_EXPIRED =
      """
      select 1 from lease_journal where journal = ? and closed is null and expires_at < ? for update
      """;

  private static final String LIST =
      """
      select j.journal, j.edge, j.expires_at, count(*) as quotas,
        capped(sum(greatest(0, l.acquired - l.returned - l.applied))) as held
      from lease_journal j join lease l using (journal)
      where j.closed is null and (j.expires_at, j.journal) > (?, ?)
      group by j.journal, j.edge, j.expires_at order by j.expires_at, j.journal limit ?
      """;

  /** Without caps: their bytes are the quotas', and of clients and tokens there may be millions. */
  private static final String EDGES =
      """
      select e.edge, e.journals, e.asked_at,
        capped(coalesce((
          select sum(greatest(0, l.acquired - l.returned - l.applied))
          from lease_journal j join lease l using (journal)
          where j.edge = e.edge and j.closed is null
            and (l.data_set < 'cap/' or l.data_set >= 'cap0' and l.data_set < 'key/'
              or l.data_set >= 'key0')), 0)) as held
      from (
        select edge, count(*) as journals, max(asked_at) as asked_at
        from lease_journal where closed is null and edge <> ''
        group by edge order by max(asked_at) desc, edge limit ?) e
      order by e.asked_at desc, e.edge
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
        capped(sum(p.check_sequence - coalesce(w.sequence, 0))) as records,
        capped(sum(greatest(0, l.acquired - l.returned - l.applied))) as held
      from journal_progress p join lease l using (journal)
      left join watermark w on w.journal = p.journal and w.partition = p.partition
      where p.lost_since is not null and l.data_set = ?
        and coalesce(w.sequence, 0) < p.check_sequence
        and l.acquired - l.returned - l.applied > 0
      group by p.partition, p.partitions, l.quota order by l.quota, p.partition
      """;

  private final PostgresLeases leases = new PostgresLeases();

  /**
   * A journal that holds quota.
   *
   * @param quotas of how many quotas
   * @param held how many bytes
   */
  public record Holder(JournalId journal, String edge, Instant expiresAt, int quotas, long held) {

    /** Its place in the list of all. */
    public LeasePlace place() {
      return new LeasePlace(expiresAt, journal);
    }
  }

  /**
   * Records that are lost and may have been about a data set.
   *
   * @param partition of the records, of {@code partitions} that the topic has
   * @param held how many bytes of the quota those who wrote them hold, more than which they cannot
   *     have counted
   */
  public record Missing(String quota, int partition, int partitions, long records, long held) {}

  /** The lost records of journals that hold a data set's quotas. */
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

  /**
   * A journal as its edge has to do with it.
   *
   * @param edge that opened it; empty where only an operator has closed it
   */
  record LeaseJournal(String edge, boolean closed) {

    boolean isForeignTo(String other) {
      return !edge.isEmpty() && !edge.equals(other);
    }
  }

  /** A journal, where there is one; nobody else changes it before the transaction ends. */
  Optional<LeaseJournal> find(Connection connection, JournalId journal) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setObject(1, journal.uuid());
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next()
            ? Optional.of(new LeaseJournal(rows.getString("edge"), rows.getBoolean("closed")))
            : Optional.empty();
      }
    }
  }

  /** The edges that opened those of {@code journals} that an edge has opened. */
  public Map<JournalId, String> owners(Connection connection, List<JournalId> journals)
      throws SQLException {
    Map<JournalId, String> owners = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(OWNERS)) {
      Columns.of(statement, journals).uuid(JournalId::uuid);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          JournalId journal = new JournalId(rows.getObject("journal", UUID.class));
          owners.put(journal, rows.getString("edge"));
        }
      }
    }
    return owners;
  }

  /** True where all of a journal up to {@code sequences}, by partition, was applied. */
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
   * The end of what a journal held.
   *
   * @param free bytes that can be leased again
   * @param used bytes of caps of which only its edge could tell what it used: they count as used
   * @param caps those of them that are on all together, which a payer notices
   */
  record Ended(long free, long used, List<CapName> caps) {

    private static final int MOST_CAPS = 20;

    static final Ended NOTHING = new Ended(0, 0, List.of());

    long held() {
      return Math.addExact(free, used);
    }

    Ended plus(QuotaName quota, long held) {
      if (!(quota instanceof CapName cap)) {
        return new Ended(Math.addExact(free, held), used, caps);
      }
      boolean named =
          held > 0
              && caps.size() < MOST_CAPS
              && cap instanceof CapName.OfPolicy(_, CapBearer.All _, _);
      return new Ended(
          free,
          Math.addExact(used, held),
          named ? Stream.concat(caps.stream(), Stream.of(cap)).toList() : caps);
    }
  }

  /**
   * Sets free all that a journal holds, and lets it lease nothing any more. Where only its edge can
   * tell what it used, all that it holds counts as used. Caps of which it holds nothing stay, to be
   * forgotten in batches.
   *
   * @param edge whose it is, where nobody has heard of it
   * @param why drained, or written off: then late records may yet count what it held
   */
  Ended close(Connection connection, JournalId journal, String edge, Action why, Instant now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CLOSE)) {
      statement.setObject(1, journal.uuid());
      statement.setString(2, edge);
      statement.setObject(3, now.atOffset(ZoneOffset.UTC));
      statement.setString(4, why.name());
      statement.executeUpdate();
    }
    List<QuotaName> quotas = quotas(connection, journal);
    Map<QuotaName, Held> heldByAll = leases.lock(connection, quotas);
    if (why == Action.LEASES_DRAINED) {
      update(connection, FORGET_LEFT, journal);
    } else {
      keepLeft(connection, journal, quotas);
    }
    List<Change> freed = new ArrayList<>();
    Ended ended = Ended.NOTHING;
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      PostgresLeases.bind(statement, 0, quotas);
      statement.setObject(3, journal.uuid());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Holding was = PostgresLeases.holding(rows);
          QuotaName quota = PostgresLeases.key(rows);
          Held before = requireNonNull(heldByAll.get(quota));
          long used = quota instanceof CapName ? was.held() : 0;
          freed.add(
              new Change(
                  quota,
                  Holding.NONE,
                  new Held(before.bytes() - was.held(), Math.addExact(before.used(), used))));
          ended = ended.plus(quota, was.held());
        }
      }
    }
    PostgresLeases.hold(connection, freed);
    return ended;
  }

  /**
   * Forgets caps of which closed journals hold nothing.
   *
   * @return of how many; at most {@code limit}
   */
  public int forgetUsedUp(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET_USED_UP)) {
      statement.setInt(1, limit);
      statement.setInt(2, limit);
      return statement.executeUpdate();
    }
  }

  private static void update(Connection connection, String sql, JournalId journal)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, journal.uuid());
      statement.executeUpdate();
    }
  }

  private static void keepLeft(Connection connection, JournalId journal, List<QuotaName> quotas)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(KEEP_LEFT)) {
      PostgresLeases.bind(statement, 0, quotas);
      statement.setObject(3, journal.uuid());
      statement.executeUpdate();
    }
  }

  private static List<QuotaName> quotas(Connection connection, JournalId journal)
      throws SQLException {
    List<QuotaName> quotas = new ArrayList<>();
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

  /** True where a journal is still one of them; it stays so until the transaction ends. */
  boolean lockExpired(Connection connection, JournalId journal, Instant then) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK_EXPIRED)) {
      statement.setObject(1, journal.uuid());
      statement.setObject(2, then.atOffset(ZoneOffset.UTC));
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }

  /**
   * At most {@code limit} open journals with leases behind {@code after}, the longest unheard
   * first.
   */
  public List<Holder> list(Connection connection, LeasePlace after, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setObject(1, after.expiresAt().atOffset(ZoneOffset.UTC));
      statement.setObject(2, after.journal().uuid());
      statement.setInt(3, limit);
      return holders(statement);
    }
  }

  /**
   * An edge that leases, with all its journals that are open.
   *
   * @param heard when it last asked for leases
   * @param held bytes of data sets' quotas that its journals hold
   */
  public record LeasingEdge(String edge, long journals, Instant heard, long held) {}

  /** At most {@code limit} edges with open journals, those last heard of first. */
  public List<LeasingEdge> edges(Connection connection, int limit) throws SQLException {
    List<LeasingEdge> edges = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(EDGES)) {
      statement.setInt(1, limit);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          edges.add(
              new LeasingEdge(
                  rows.getString("edge"),
                  rows.getLong("journals"),
                  Instant.ofEpochMilli(rows.getLong("asked_at")),
                  rows.getLong("held")));
        }
      }
    }
    return edges;
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
