package io.filcdn.metrics.series;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.series.SeriesIncreases.Added;
import io.filcdn.service.database.AdvisoryLock;
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

/**
 * The table of series; each method works in the caller's transaction. A sum goes into its hour and
 * its day at once, so that hours can simply be forgotten.
 */
public final class PostgresSeries {

  /** Shared by whoever asks whose a data set is, taken by whoever first tells it. */
  private static final AdvisoryLock OWNERS = AdvisoryLock.of(0x6f776e65_72730001L);

  private static final String ROWS =
      """
      with told as (
        select dimension, value, to_timestamp(millis / 1000) as hour, a, b, c, d, e
        from unnest(?, ?, ?, ?, ?, ?, ?, ?) as u (dimension, value, millis, a, b, c, d, e))
      """;

  private static final String ON_CONFLICT_ADD =
      """
      on conflict (dimension, value, daily, bucket) do update set
        cdn_bytes = capped(s.cdn_bytes::numeric + excluded.cdn_bytes),
        cache_miss_bytes = capped(s.cache_miss_bytes::numeric + excluded.cache_miss_bytes),
        requests = capped(s.requests::numeric + excluded.requests),
        cache_miss_requests = capped(s.cache_miss_requests::numeric + excluded.cache_miss_requests),
        unbilled_bytes = capped(s.unbilled_bytes::numeric + excluded.unbilled_bytes)
      """;

  /** All write in one order, so that none waits in a circle. */
  private static final String STORE =
      """
      insert into series as s (dimension, value, daily, bucket, cdn_bytes, cache_miss_bytes,
        requests, cache_miss_requests, unbilled_bytes)
      select dimension, value, step.daily,
        case when step.daily then date_trunc('day', hour, 'UTC') else hour end as bucket,
        capped(sum(a)), capped(sum(b)), capped(sum(c)), capped(sum(d)), capped(sum(e))
      from cells cross join (values (false), (true)) as step (daily)
      group by 1, 2, 3, 4 order by 1, 2, 3, 4
      """
          + ON_CONFLICT_ADD;

  private static final String ADD_OTHERS = ROWS + ", cells as (select * from told)\n" + STORE;

  /**
   * The facts that only the index can tell: whose data set it is, and who has it; until then,
   * unknown.
   */
  private static final String ADD_DATA_SETS =
      ROWS
          + """
          , cells as (
            select * from told
            union all
            select 'total', 'all', hour, a, b, c, d, e from told
            union all
            select 'payer', coalesce(x.payer, 'unknown'), hour, a, b, c, d, e
            from told t left join data_set x on x.data_set = t.value
            union all
            select 'provider', coalesce(x.provider, 'unknown'), hour, a, b, c, d, e
            from told t left join data_set x on x.data_set = t.value)
          """
          + STORE;

  private static final String GIVE_TO_OWNERS =
      """
      with served as (
        select d.payer, d.provider, s.daily, s.bucket, s.cdn_bytes as a, s.cache_miss_bytes as b,
          s.requests as c, s.cache_miss_requests as d, s.unbilled_bytes as e
        from series s join data_set d on d.data_set = s.value
        where s.dimension = 'data-set' and s.value = any (?)),
      moves as (
        select served.*, t.dimension, t.value, t.sign
        from served cross join lateral (values
          ('payer', payer, 1), ('payer', 'unknown', -1),
          ('provider', provider, 1), ('provider', 'unknown', -1)) as t (dimension, value, sign))
      insert into series as s (dimension, value, daily, bucket, cdn_bytes, cache_miss_bytes,
        requests, cache_miss_requests, unbilled_bytes)
      select dimension, value, daily, bucket, capped(sum(sign * a)), capped(sum(sign * b)),
        capped(sum(sign * c)), capped(sum(sign * d)), capped(sum(sign * e))
      from moves group by 1, 2, 3, 4 order by 1, 2, 3, 4
      """
          + ON_CONFLICT_ADD;

  private static final String FORGET_EMPTY =
      """
      delete from series where dimension in ('payer', 'provider') and value = 'unknown'
        and (cdn_bytes, cache_miss_bytes, requests, cache_miss_requests, unbilled_bytes)
          = (0, 0, 0, 0, 0)
      """;

  private static final String POINTS =
      """
      select * from series
      where dimension = ? and value = ? and daily = ? and bucket >= ? and bucket < ?
      order by bucket
      """;

  private static final String TOP =
      """
      select value, capped(sum(cdn_bytes)), capped(sum(cache_miss_bytes)), capped(sum(requests)),
        capped(sum(cache_miss_requests)), capped(sum(unbilled_bytes))
      from series where dimension = ? and daily and bucket >= ?
      group by value order by 2 desc, 1 limit ?
      """;

  private static final String FORGET = "delete from series where daily = ? and bucket < ?";

  /** The sums of the hour or day that begins at {@code from}. */
  public record Point(Instant from, Sums sums) {}

  /** One of the largest values of a dimension. */
  public record Ranked(String value, Sums sums) {}

  /** Adds increases. */
  public void add(Connection connection, SeriesIncreases increases) throws SQLException {
    OWNERS.shareIn(connection);
    store(connection, ADD_DATA_SETS, increases.ofDataSets());
    store(connection, ADD_OTHERS, increases.ofOthers());
  }

  /**
   * Until the caller's transaction ends, nobody counts anything for owners: what is counted before
   * can be given to those that this transaction tells of, and what is counted after knows them.
   */
  public void holdOwners(Connection connection) throws SQLException {
    OWNERS.takeIn(connection);
  }

  /**
   * Gives what was counted of data sets, for payers and providers that were unknown, to those that
   * are known by now; once for each data set, and while owners are held.
   */
  public void giveToOwners(Connection connection, List<DataSetId> dataSets) throws SQLException {
    try (PreparedStatement give = connection.prepareStatement(GIVE_TO_OWNERS);
        PreparedStatement forget = connection.prepareStatement(FORGET_EMPTY)) {
      Columns.of(give, dataSets).text(DataSetId::toString);
      if (give.executeUpdate() > 0) {
        forget.executeUpdate();
      }
    }
  }

  private static void store(Connection connection, String sql, List<Added> added)
      throws SQLException {
    if (added.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Columns.of(statement, added)
          .text(row -> row.cell().dimension().toString())
          .text(row -> row.cell().value())
          .bigint(row -> row.cell().hour().toEpochMilli())
          .bigint(row -> row.sums().cdnBytes())
          .bigint(row -> row.sums().cacheMissBytes())
          .bigint(row -> row.sums().requests())
          .bigint(row -> row.sums().cacheMissRequests())
          .bigint(row -> row.sums().unbilledBytes());
      statement.executeUpdate();
    }
  }

  /**
   * The hours or days of one value that begin within a time; those without anything are left out.
   */
  public List<Point> points(
      Connection connection,
      Dimension dimension,
      String value,
      boolean daily,
      Instant from,
      Instant to)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(POINTS)) {
      statement.setString(1, dimension.toString());
      statement.setString(2, value);
      statement.setBoolean(3, daily);
      statement.setObject(4, from.atOffset(ZoneOffset.UTC));
      statement.setObject(5, to.atOffset(ZoneOffset.UTC));
      List<Point> points = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          points.add(
              new Point(rows.getObject("bucket", OffsetDateTime.class).toInstant(), sums(rows, 5)));
        }
      }
      return points;
    }
  }

  /** The values with most bytes since a day began, the largest first. */
  public List<Ranked> top(Connection connection, Dimension dimension, Instant since, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TOP)) {
      statement.setString(1, dimension.toString());
      statement.setObject(2, since.atOffset(ZoneOffset.UTC));
      statement.setInt(3, limit);
      List<Ranked> ranked = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ranked.add(new Ranked(rows.getString(1), sums(rows, 2)));
        }
      }
      return ranked;
    }
  }

  /** Forgets hours, or days, that began before {@code then}. */
  public void forget(Connection connection, boolean daily, Instant then) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setBoolean(1, daily);
      statement.setObject(2, then.atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
  }

  private static Sums sums(ResultSet row, int first) throws SQLException {
    return new Sums(
        row.getLong(first),
        row.getLong(first + 1),
        row.getLong(first + 2),
        row.getLong(first + 3),
        row.getLong(first + 4));
  }
}
