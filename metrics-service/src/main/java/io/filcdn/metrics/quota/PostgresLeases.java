package io.filcdn.metrics.quota;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.quota.LeaseGrant.Held;
import io.filcdn.metrics.quota.QuotaUsage.Account;
import io.filcdn.metrics.quota.QuotaUsage.Spent;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The tables of leases and of what is held of each quota; each method works in the caller's
 * transaction. In their columns {@code data_set} and {@code quota} are the two texts of a {@link
 * QuotaName}, also where it is a cap's. Whoever changes leases locks the quotas first, all in one
 * order, so that none waits in a circle.
 */
public final class PostgresLeases {

  private static final String OPEN =
      """
      insert into held (data_set, quota)
      select * from unnest(?, ?) as named (data_set, quota)
      order by data_set collate "C", quota collate "C"
      on conflict do nothing
      """;

  /** A look-up a row: joined, as long as the table is small, it would be scanned each time. */
  static final String LOCK =
      """
      select h.data_set, h.quota, h.bytes, h.used
      from (
        select * from unnest(?, ?) as n (data_set, quota)
        order by data_set collate "C", quota collate "C") named
      cross join lateral (
        select * from held where data_set = named.data_set and quota = named.quota for update) h
      """;

  private static final String SAVE =
      """
      with change as (
        select * from unnest(?, ?, ?, ?, ?, ?, ?)
          as c (data_set, quota, acquired, returned, applied, bytes, used)
      ), saved as (
        insert into lease as l (journal, data_set, quota, acquired, returned, applied)
        select ?, data_set, quota, acquired, returned, applied from change
        on conflict (journal, data_set, quota) do update set acquired = excluded.acquired,
          returned = excluded.returned, applied = excluded.applied
      )
      insert into held (data_set, quota, bytes, used)
      select data_set, quota, bytes, used from change
      on conflict (data_set, quota) do update set bytes = excluded.bytes, used = excluded.used
      """;

  /** In one trip, as other edges wait for the quotas meanwhile. */
  private static final String SAVE_AND_COMMIT = SAVE + ";commit";

  private static final String HOLD =
      """
      insert into held (data_set, quota, bytes, used)
      select * from unnest(?, ?, ?, ?) as change (data_set, quota, bytes, used)
      on conflict (data_set, quota) do update set bytes = excluded.bytes, used = excluded.used
      """;

  /**
   * What is used was held, or was when its journal was written off. Tells of how many limited sums
   * that is so.
   */
  private static final String SPEND =
      """
      with spent as materialized (
        select * from unnest(?, ?, ?, ?, ?) as s (journal, data_set, quota, bytes, limited)
      ), moved as (
        update lease l set applied = capped(l.applied::numeric + spent.bytes)
        from spent
        where l.journal = spent.journal and l.data_set = spent.data_set
          and l.quota = spent.quota
        returning l.data_set, l.quota, spent.limited,
          l.applied <= l.acquired - l.returned + ? as was_held,
          greatest(0, l.acquired - l.returned - l.applied + spent.bytes)
            - greatest(0, l.acquired - l.returned - l.applied) as released
      ), late as (
        update written_off w set bytes = greatest(0, w.bytes - spent.bytes)
        from spent, written_off was
        where w.journal = spent.journal and w.data_set = spent.data_set and w.quota = spent.quota
          and (was.journal, was.data_set, was.quota) = (w.journal, w.data_set, w.quota)
        returning spent.limited, spent.bytes <= was.bytes as was_held
      ), freed as (
        update held h set bytes = h.bytes - sums.released
        from (
          select data_set, quota, sum(released)::bigint as released from moved group by 1, 2) sums
        where h.data_set = sums.data_set and h.quota = sums.quota and sums.released > 0
      )
      select (select count(*) from moved where limited = 1 and was_held)
        + (select count(*) from late where limited = 1 and was_held)
      """;

  private static final String LEFT =
      """
      select a.journal, a.data_set, a.quota,
        coalesce(l.acquired - l.returned - l.applied, w.bytes) as bytes
      from unnest(?, ?, ?) as a (journal, data_set, quota)
      left join lateral (
        select * from lease where journal = a.journal and data_set = a.data_set
          and quota = a.quota offset 0) l on true
      left join lateral (
        select * from written_off where journal = a.journal and data_set = a.data_set
          and quota = a.quota offset 0) w on true
      where l.journal is not null or w.journal is not null
      """;

  /** Periods that are over, and of which nobody holds anything, go, the least of it first. */
  private static final String FORGET_PERIODS =
      """
      with gone as (
        delete from held where (data_set, quota) in (
          select data_set, quota from held
          where data_set >= 'key/' and data_set < 'key0' and bytes = 0
            and (length(quota) = 10 and (quota < ? or quota > ?)
              or length(quota) = 7 and (quota < ? or quota > ?)
              or not exists (select from access_key where id = substring(data_set from 5)))
          limit ? for update skip locked)
        returning data_set, quota)
      delete from lease l using gone where (l.data_set, l.quota) = (gone.data_set, gone.quota)
      """;

  /** Of most leases of clients nothing is held, and they make no difference. */
  private static final String TOTALS =
      """
      select capped(coalesce(sum(h.bytes), 0)) as held, capped(coalesce(sum(l.overdrawn), 0)),
        capped(coalesce(sum(abs(coalesce(h.bytes, 0) - coalesce(l.bytes, 0))), 0)) as drift
      from (select data_set, quota, bytes from held where bytes > 0) h full join (
        select data_set, quota, sum(greatest(0, acquired - returned - applied)) as bytes,
          sum(greatest(0, applied + returned - acquired)) as overdrawn
        from lease where acquired - returned <> applied
        group by data_set, quota) l using (data_set, quota)
      """;

  /** The bytes that all journals hold of a quota. */
  public long held(Connection connection, QuotaName quota) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select bytes from held where data_set = ? and quota = ?")) {
      statement.setString(1, quota.owner());
      statement.setString(2, quota.part());
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getLong(1) : 0;
      }
    }
  }

  /** Makes sure that there is a row to lock for each of {@code quotas}. */
  void open(Connection connection, Collection<QuotaName> quotas) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OPEN)) {
      bind(statement, 0, quotas);
      statement.executeUpdate();
    }
  }

  /**
   * What all journals hold of those of {@code quotas} that were ever leased; nobody else changes
   * that before the transaction ends.
   */
  Map<QuotaName, Held> lock(Connection connection, Collection<QuotaName> quotas)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
      bind(statement, 0, quotas);
      try (ResultSet rows = statement.executeQuery()) {
        return held(rows);
      }
    }
  }

  /** What {@link #LOCK} found. */
  static Map<QuotaName, Held> held(ResultSet rows) throws SQLException {
    Map<QuotaName, Held> held = new HashMap<>();
    while (rows.next()) {
      held.put(key(rows), new Held(rows.getLong("bytes"), rows.getLong("used")));
    }
    return held;
  }

  /**
   * A holding that changed.
   *
   * @param held what all journals have to do with its quota then
   */
  record Change(QuotaName quota, Holding now, Held held) {}

  /** Stores what became of leases of locked quotas, and ends the transaction. */
  void saveAndCommit(Connection connection, JournalId journal, List<Change> changes)
      throws SQLException {
    if (changes.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(SAVE_AND_COMMIT)) {
      Columns.of(statement, changes)
          .text(change -> change.quota().owner())
          .text(change -> change.quota().part())
          .bigint(change -> change.now().acquired().bytes())
          .bigint(change -> change.now().returned().bytes())
          .bigint(change -> change.now().applied().bytes())
          .bigint(change -> change.held().bytes())
          .bigint(change -> change.held().used());
      statement.setObject(8, journal.uuid());
      statement.executeUpdate();
    }
  }

  /** Stores what is held of locked quotas. */
  static void hold(Connection connection, List<Change> changes) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HOLD)) {
      Columns.of(statement, changes)
          .text(change -> change.quota().owner())
          .text(change -> change.quota().part())
          .bigint(change -> change.held().bytes())
          .bigint(change -> change.held().used());
      statement.executeUpdate();
    }
  }

  /**
   * The bytes that journals hold and that have no record yet, of those of {@code accounts} that
   * were ever leased; of a journal that was written off, what it held then. Less than nothing where
   * more was used.
   */
  Map<Account, Long> left(Connection connection, List<Account> accounts) throws SQLException {
    Map<Account, Long> left = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(LEFT)) {
      Columns.of(statement, accounts)
          .uuid(account -> account.journal().uuid())
          .text(account -> account.quota().owner())
          .text(account -> account.quota().part());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          JournalId journal = new JournalId(rows.getObject("journal", UUID.class));
          left.put(new Account(journal, key(rows)), rows.getLong("bytes"));
        }
      }
    }
    return left;
  }

  /**
   * Takes what was used from what is held by the journals that used it.
   *
   * @return whether all that is limited was held: what is used is looked at before the leases are
   *     locked, and their edges may have given it back meanwhile
   */
  public boolean spend(Connection connection, QuotaUsage usage, long allowance)
      throws SQLException {
    List<Spent> sums = usage.sums();
    if (sums.isEmpty()) {
      return true;
    }
    lock(connection, sums.stream().map(spent -> spent.account().quota()).distinct().toList());
    try (PreparedStatement statement = connection.prepareStatement(SPEND)) {
      Columns.of(statement, sums)
          .uuid(sum -> sum.account().journal().uuid())
          .text(sum -> sum.account().quota().owner())
          .text(sum -> sum.account().quota().part())
          .bigint(Spent::bytes)
          .integer(sum -> sum.limited() ? 1 : 0);
      statement.setLong(6, allowance);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1) == sums.stream().filter(Spent::limited).count();
      }
    }
  }

  /**
   * The sums of all leases.
   *
   * @param held what all journals hold
   * @param overdrawn what journals used beyond what they held: 0 where all edges lease
   * @param drift by how much what is held of quotas differs from what journals hold of them: 0
   */
  public record Totals(long held, long overdrawn, long drift) {

    public static final Totals NONE = new Totals(0, 0, 0);
  }

  /** Adds up all leases. */
  public Totals totals(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOTALS);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return new Totals(row.getLong(1), row.getLong(2), row.getLong(3));
    }
  }

  /**
   * Forgets leases of days and months of keys from before {@code first} or from after {@code last},
   * and of keys that are gone, where nothing is held of them: at most {@code limit}.
   */
  public void forgetPeriods(Connection connection, LocalDate first, LocalDate last, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET_PERIODS)) {
      statement.setString(1, first.toString());
      statement.setString(2, last.toString());
      statement.setString(3, YearMonth.from(first).toString());
      statement.setString(4, YearMonth.from(last).toString());
      statement.setInt(5, limit);
      statement.executeUpdate();
    }
  }

  /** Binds {@code quotas} to the two parameters that follow the first ones. */
  static void bind(PreparedStatement statement, int first, Collection<QuotaName> quotas)
      throws SQLException {
    Columns.after(first, statement, List.copyOf(quotas))
        .text(QuotaName::owner)
        .text(QuotaName::part);
  }

  static QuotaName key(ResultSet row) throws SQLException {
    return QuotaName.of(row.getString("data_set"), row.getString("quota"));
  }

  static Holding holding(ResultSet row) throws SQLException {
    return new Holding(
        ByteCount.of(row.getLong("acquired")),
        ByteCount.of(row.getLong("returned")),
        ByteCount.of(row.getLong("applied")));
  }
}
