package io.filcdn.metrics.odometer;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.service.database.Columns;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The tables of odometers and of unbilled bytes; each method works in the caller's transaction. */
public final class PostgresOdometers {

  /** The generation of an odometer that was never corrected, and of one that there is not yet. */
  public static final long FIRST_GENERATION = 1;

  /** The SQL state of a sum that its column cannot hold. */
  private static final String OUT_OF_RANGE = "22003";

  /**
   * As-of is the epoch of the newest flush. Where a change does not raise it, because the flush is
   * late or of the same epoch, it becomes the present: that is as true, and settlement, which
   * reports only beyond the last reported epoch, could otherwise never report the late bytes.
   */
  private static final String ADD =
      """
      insert into odometer as o
        (data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests, as_of)
      select * from unnest(?, ?, ?, ?, ?, ?)
      on conflict (data_set) do update set
        cdn_bytes = o.cdn_bytes + excluded.cdn_bytes,
        cache_miss_bytes = o.cache_miss_bytes + excluded.cache_miss_bytes,
        requests = o.requests + excluded.requests,
        cache_miss_requests = o.cache_miss_requests + excluded.cache_miss_requests,
        as_of = case
          when excluded.as_of > o.as_of then excluded.as_of
          else greatest(o.as_of, ?)
        end,
        version = o.version + 1
      """;

  private static final String ADD_UNBILLED =
      """
      insert into unbilled as u (data_set, reason, requests, bytes, fill_bytes)
      select * from unnest(?, ?, ?, ?, ?)
      on conflict (data_set, reason) do update set
        requests = capped(u.requests::numeric + excluded.requests),
        bytes = capped(u.bytes::numeric + excluded.bytes),
        fill_bytes = capped(u.fill_bytes::numeric + excluded.fill_bytes)
      """;

  private static final String SUPPLY =
      """
      select coalesce(sum(o.cache_miss_bytes), 0) as verified,
        coalesce(sum(u.fill_bytes), 0) as unverified, coalesce(sum(u.requests), 0) as requests
      from data_set d
      left join odometer o using (data_set)
      left join unbilled u on u.data_set = d.data_set and u.reason = 'unverified'
      where d.provider = ?
      """;

  private static final String UNBILLED_SUMS =
      """
      select reason, sum(requests) as requests, sum(bytes) as bytes, sum(fill_bytes) as fill_bytes
      from unbilled group by reason order by reason
      """;

  private static final String UNPUBLISHED =
      "select * from odometer where published_version < version order by data_set limit ?";

  private static final String MARK_PUBLISHED =
      """
      update odometer o set published_version = sent.version
      from unnest(?, ?) as sent (data_set, version)
      where o.data_set = sent.data_set and o.published_version < sent.version
      """;

  private static final String CORRECT =
      """
      insert into odometer as o
        (data_set, cdn_bytes, cache_miss_bytes, requests, cache_miss_requests, as_of,
          count_generation)
      values (?, ?, ?, ?, ?, ?, 2)
      on conflict (data_set) do update set
        cdn_bytes = o.cdn_bytes - ? + excluded.cdn_bytes,
        cache_miss_bytes = o.cache_miss_bytes - ? + excluded.cache_miss_bytes,
        requests = o.requests - ? + excluded.requests,
        cache_miss_requests = o.cache_miss_requests - ? + excluded.cache_miss_requests,
        as_of = greatest(o.as_of, excluded.as_of),
        count_generation = o.count_generation + 1,
        version = o.version + 1
      where o.count_generation = ?
      """;

  private static final String CORRECTED =
      "select data_set, count_generation from odometer where count_generation > 1";

  /** The generations of the odometers that were corrected; that of all others is the first. */
  public Map<DataSetId, Long> correctedGenerations(Connection connection) throws SQLException {
    Map<DataSetId, Long> generations = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(CORRECTED);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        generations.put(DataSetId.of(rows.getString(1)), rows.getLong(2));
      }
    }
    return generations;
  }

  /**
   * Adds to an odometer what it should have shown, less what it showed, at one and the same moment;
   * what it counted since stays. Its generation says that totals can have gone down.
   *
   * @param generation that the odometer had at that moment
   * @return false where it has another: it was corrected since, and stays as it is
   */
  public boolean correct(
      Connection connection,
      DataSetId dataSet,
      long generation,
      Totals shown,
      Totals right,
      Epoch now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CORRECT)) {
      statement.setString(1, dataSet.toString());
      bind(statement, 2, right);
      statement.setLong(6, now.value());
      bind(statement, 7, shown);
      statement.setLong(11, generation);
      return statement.executeUpdate() > 0;
    }
  }

  /**
   * Binds totals to four parameters: CDN bytes, cache-miss bytes, requests and cache-miss requests.
   *
   * @param first the number of the first of them
   */
  public static void bind(PreparedStatement statement, int first, Totals totals)
      throws SQLException {
    statement.setLong(first, totals.cdnBytes().bytes());
    statement.setLong(first + 1, totals.cacheMissBytes().bytes());
    statement.setLong(first + 2, totals.requests());
    statement.setLong(first + 3, totals.cacheMissRequests());
  }

  /**
   * Adds increases.
   *
   * @throws ArithmeticException where an odometer cannot show the sum; the transaction is lost then
   */
  public void add(Connection connection, OdometerIncreases increases) throws SQLException {
    try {
      addBillable(connection, increases);
    } catch (SQLException e) {
      if (OUT_OF_RANGE.equals(e.getSQLState())) {
        throw new ArithmeticException("odometers cannot show more than 2⁶³ − 1");
      }
      throw e;
    }
    addUnbilled(connection, increases.unbilled());
  }

  private static void addBillable(Connection connection, OdometerIncreases increases)
      throws SQLException {
    List<Increase> billable = increases.billable();
    if (billable.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      Columns.of(statement, billable)
          .text(increase -> increase.dataSet().toString())
          .bigint(increase -> increase.totals().cdnBytes().bytes())
          .bigint(increase -> increase.totals().cacheMissBytes().bytes())
          .bigint(increase -> increase.totals().requests())
          .bigint(increase -> increase.totals().cacheMissRequests())
          .bigint(increase -> increase.servedBy().value());
      statement.setLong(7, increases.currentEpoch().value());
      statement.executeUpdate();
    }
  }

  private static void addUnbilled(Connection connection, List<Unbilled> unbilled)
      throws SQLException {
    if (unbilled.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD_UNBILLED)) {
      Columns.of(statement, unbilled)
          .text(sum -> sum.dataSet().toString())
          .text(sum -> sum.reason().toString())
          .bigint(Unbilled::requests)
          .bigint(sum -> sum.bytes().bytes())
          .bigint(sum -> sum.fillBytes().bytes());
      statement.executeUpdate();
    }
  }

  /** The odometers of those of {@code dataSets} that have one. */
  public List<Odometer> find(Connection connection, Collection<DataSetId> dataSets)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select * from odometer where data_set = any (?)")) {
      Columns.of(statement, List.copyOf(dataSets)).text(DataSetId::toString);
      return odometers(statement);
    }
  }

  /**
   * The bytes of all data sets that nobody pays for, for one reason.
   *
   * @param fillBytes those that providers supplied
   */
  public record UnbilledSum(
      EgressRow.Reason reason, BigInteger requests, BigInteger bytes, BigInteger fillBytes) {}

  /** All that was served and nobody pays for, by reason. */
  public List<UnbilledSum> unbilled(Connection connection) throws SQLException {
    List<UnbilledSum> sums = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(UNBILLED_SUMS);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        sums.add(
            new UnbilledSum(
                reason(rows),
                rows.getBigDecimal("requests").toBigIntegerExact(),
                rows.getBigDecimal("bytes").toBigIntegerExact(),
                rows.getBigDecimal("fill_bytes").toBigIntegerExact()));
      }
    }
    return sums;
  }

  private static EgressRow.Reason reason(ResultSet row) throws SQLException {
    return EgressRow.Reason.valueOf(row.getString("reason").toUpperCase(Locale.ROOT));
  }

  /**
   * The bytes that a provider supplied, since the beginning.
   *
   * @param verified to fills that verified
   * @param unverified to fills that did not
   * @param unverifiedRequests responses that came from these
   */
  public record Supply(BigInteger verified, BigInteger unverified, BigInteger unverifiedRequests) {}

  /** The bytes that a provider supplied for its data sets. */
  public Supply supply(Connection connection, ProviderId provider) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SUPPLY)) {
      statement.setString(1, provider.toString());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Supply(
            row.getBigDecimal("verified").toBigIntegerExact(),
            row.getBigDecimal("unverified").toBigIntegerExact(),
            row.getBigDecimal("requests").toBigIntegerExact());
      }
    }
  }

  /** The bytes that a data set was served for free. */
  public List<Unbilled> unbilled(Connection connection, DataSetId dataSet) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select * from unbilled where data_set = ? order by reason")) {
      statement.setString(1, dataSet.toString());
      List<Unbilled> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Unbilled(
                  dataSet,
                  reason(rows),
                  rows.getLong("requests"),
                  ByteCount.of(rows.getLong("bytes")),
                  ByteCount.of(rows.getLong("fill_bytes"))));
        }
      }
      return found;
    }
  }

  /** At most {@code limit} odometers that changed since they were last published. */
  public List<Odometer> unpublished(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UNPUBLISHED)) {
      statement.setInt(1, limit);
      return odometers(statement);
    }
  }

  /** Remembers that {@code sent} are in Kafka; one that changed meanwhile stays unpublished. */
  public void markPublished(Connection connection, List<Odometer> sent) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(MARK_PUBLISHED)) {
      Columns.of(statement, sent)
          .text(odometer -> odometer.dataSet().toString())
          .bigint(Odometer::version);
      statement.executeUpdate();
    }
  }

  private static List<Odometer> odometers(PreparedStatement statement) throws SQLException {
    List<Odometer> odometers = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        odometers.add(odometer(rows));
      }
    }
    return odometers;
  }

  private static Odometer odometer(ResultSet row) throws SQLException {
    return new Odometer(
        DataSetId.of(row.getString("data_set")),
        row.getLong("count_generation"),
        new Totals(
            ByteCount.of(row.getLong("cdn_bytes")),
            ByteCount.of(row.getLong("cache_miss_bytes")),
            row.getLong("requests"),
            row.getLong("cache_miss_requests")),
        new Epoch(row.getLong("as_of")),
        row.getLong("version"));
  }
}
