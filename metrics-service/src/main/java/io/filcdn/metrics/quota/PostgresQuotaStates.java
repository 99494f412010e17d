package io.filcdn.metrics.quota;

import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.quota.LeaseGrant.Held;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The states of quotas that leases are decided by; an edge waits for the answer. */
final class PostgresQuotaStates {

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

  /** All in one trip. Each sees what was committed before it began, so the last what was locked. */
  private static final String TAKE =
      String.join(";", PostgresLeaseJournals.RENEW, PostgresLeases.LOCK, FIND);

  /**
   * The state of a quota.
   *
   * @param all what all journals have to do with it
   * @param holding what the journal has to do with it
   * @param funds of its data set, where the index has told of it
   * @param used of its data set
   */
  record QuotaState(Held all, Holding holding, Optional<Funds> funds, Totals used) {}

  /**
   * Remembers that a journal's edge lives, and how those of {@code quotas} stand that were ever
   * leased; nobody else changes that before the transaction ends.
   *
   * @param askedAt when its edge asked, in milliseconds since 1970
   * @return nothing where the journal may not lease, or its edge has asked later already
   */
  Optional<Map<QuotaName, QuotaState>> take(
      Connection connection,
      LeaseRequest request,
      long askedAt,
      Instant until,
      Collection<QuotaName> quotas)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TAKE)) {
      statement.setObject(1, request.journal().uuid());
      statement.setString(2, request.edge());
      statement.setObject(3, until.atOffset(ZoneOffset.UTC));
      statement.setLong(4, askedAt);
      PostgresLeases.bind(statement, 4, quotas);
      PostgresLeases.bind(statement, 6, quotas);
      statement.setObject(9, request.journal().uuid());
      statement.execute();
      if (statement.getUpdateCount() == 0) {
        return Optional.empty();
      }
      Map<QuotaName, Held> held;
      try (ResultSet rows = next(statement)) {
        held = PostgresLeases.held(rows);
      }
      try (ResultSet rows = next(statement)) {
        return Optional.of(states(rows, held));
      }
    }
  }

  private static ResultSet next(PreparedStatement statement) throws SQLException {
    statement.getMoreResults();
    return statement.getResultSet();
  }

  private static Map<QuotaName, QuotaState> states(ResultSet rows, Map<QuotaName, Held> held)
      throws SQLException {
    Map<QuotaName, QuotaState> found = new HashMap<>();
    while (rows.next()) {
      QuotaName quota = PostgresLeases.key(rows);
      Held all = held.get(quota);
      if (all != null) {
        Optional<Funds> funds =
            rows.getBoolean("told") ? Optional.of(PostgresDataSets.funds(rows)) : Optional.empty();
        found.put(quota, new QuotaState(all, PostgresLeases.holding(rows), funds, used(rows)));
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
