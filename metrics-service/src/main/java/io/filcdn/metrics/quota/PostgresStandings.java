package io.filcdn.metrics.quota;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.store.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What leases are decided by, from the tables of leases, data sets and odometers in one statement:
 * an edge waits for the answer.
 */
final class PostgresStandings {

  private static final String FIND =
      """
      select named.data_set, named.quota, coalesce(l.acquired, 0) as acquired,
        coalesce(l.returned, 0) as returned, coalesce(l.applied, 0) as applied,
        d.data_set is not null as told, d.cdn_final, d.cdn_unfinal, d.cache_miss_final,
        d.cache_miss_unfinal, d.has_cdn_rail, d.served,
        coalesce(o.cdn_bytes, 0) as cdn_bytes, coalesce(o.cache_miss_bytes, 0) as cache_miss_bytes,
        coalesce(o.requests, 0) as requests,
        coalesce(o.cache_miss_requests, 0) as cache_miss_requests
      from unnest(?, ?) as named (data_set, quota)
      left join lateral (
        select * from lease where journal = ? and data_set = named.data_set
          and quota = named.quota offset 0) l on true
      left join lateral (
        select * from data_set where data_set = named.data_set offset 0) d on true
      left join lateral (
        select * from odometer where data_set = named.data_set offset 0) o on true
      """;

  /**
   * How a quota stands.
   *
   * @param holding what the journal has to do with it
   * @param funds of its data set, where the index has told of it
   * @param used of its data set
   */
  record Standing(Holding holding, Optional<Funds> funds, Totals used) {}

  /** How all of {@code quotas} stand, for one journal. */
  Map<QuotaKey, Standing> find(
      Connection connection, JournalId journal, Collection<QuotaKey> quotas) throws SQLException {
    Map<QuotaKey, Standing> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      Columns.of(statement, List.copyOf(quotas))
          .text(quota -> quota.dataSet().toString())
          .text(quota -> quota.quota().toString());
      statement.setObject(3, journal.uuid());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          QuotaKey quota = PostgresLeases.key(rows);
          Optional<Funds> funds =
              rows.getBoolean("told")
                  ? Optional.of(PostgresDataSets.funds(rows))
                  : Optional.empty();
          found.put(quota, new Standing(PostgresLeases.holding(rows), funds, used(rows)));
        }
      }
    }
    return found;
  }

  private static Totals used(ResultSet row) throws SQLException {
    return new Totals(
        ByteCount.of(row.getLong("cdn_bytes")),
        ByteCount.of(row.getLong("cache_miss_bytes")),
        row.getLong("requests"),
        row.getLong("cache_miss_requests"));
  }
}
