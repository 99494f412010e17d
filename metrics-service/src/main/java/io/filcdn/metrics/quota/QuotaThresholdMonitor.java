package io.filcdn.metrics.quota;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.metrics.odometer.Odometer;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The monitor of quotas that use takes to 20 %, 5 % or nothing of what was granted. A quota that is
 * topped up can cross the same thresholds again.
 */
public final class QuotaThresholdMonitor {

  private static final String FIND = "select * from quota_level where data_set = any (?)";

  private static final String SAVE =
      """
      insert into quota_level (data_set, quota, level) select * from unnest(?, ?, ?)
      on conflict (data_set, quota) do update set level = excluded.level
      """;

  private final PostgresDataSets dataSets = new PostgresDataSets();
  private final QuotaTerms terms;
  private final Clock clock;

  public QuotaThresholdMonitor(QuotaTerms terms, Clock clock) {
    this.terms = terms;
    this.clock = clock;
  }

  private record LevelChange(
      QuotaName.OfDataSet key, Quota.Part part, QuotaLevel before, QuotaLevel level) {}

  /**
   * The thresholds crossed since each quota was last looked at; remembered in the caller's
   * transaction.
   */
  public List<QuotaRecord> look(Connection connection, List<Odometer> changed) throws SQLException {
    if (changed.isEmpty()) {
      return List.of();
    }
    Map<DataSetId, Odometer> odometers =
        changed.stream().collect(Collectors.toMap(Odometer::dataSet, Function.identity()));
    Map<QuotaName.OfDataSet, QuotaLevel> levels = levels(connection, changed);
    List<LevelChange> moved = new ArrayList<>();
    for (Funds dataSet : dataSets.funds(connection, odometers.keySet())) {
      Odometer odometer = odometers.get(dataSet.dataSet());
      if (odometer != null) {
        Quota quota = terms.quota(dataSet, odometer.totals());
        moved.add(now(new QuotaName.OfDataSet(dataSet.dataSet(), Kind.CDN), quota.cdn(), levels));
        moved.add(
            now(
                new QuotaName.OfDataSet(dataSet.dataSet(), Kind.CACHE_MISS),
                quota.cacheMiss(),
                levels));
      }
    }
    moved.removeIf(now -> now.level.equals(now.before));
    save(connection, moved);
    return moved.stream()
        .flatMap(now -> now.level.crossedFrom(now.before).map(l -> told(now, l)))
        .toList();
  }

  private static LevelChange now(
      QuotaName.OfDataSet key, Quota.Part part, Map<QuotaName.OfDataSet, QuotaLevel> levels) {
    return new LevelChange(
        key, part, levels.getOrDefault(key, QuotaLevel.FULL), QuotaLevel.of(part));
  }

  private QuotaRecord told(LevelChange now, QuotaLevel crossed) {
    return new QuotaRecord(
        now.key.dataSet(),
        now.key.quota(),
        crossed.percent(),
        ByteCount.of(now.part.granted().clamped()),
        ByteCount.of(now.part.remaining().clamped()),
        clock.instant());
  }

  private static Map<QuotaName.OfDataSet, QuotaLevel> levels(
      Connection connection, List<Odometer> changed) throws SQLException {
    Map<QuotaName.OfDataSet, QuotaLevel> levels = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      Columns.of(statement, changed).text(odometer -> odometer.dataSet().toString());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          QuotaName.OfDataSet quota =
              new QuotaName.OfDataSet(
                  DataSetId.of(rows.getString("data_set")), Kind.of(rows.getString("quota")));
          levels.put(quota, new QuotaLevel(rows.getInt("level")));
        }
      }
    }
    return levels;
  }

  private static void save(Connection connection, List<LevelChange> moved) throws SQLException {
    if (moved.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
      Columns.of(statement, moved)
          .text(now -> now.key.dataSet().toString())
          .text(now -> now.key.quota().toString())
          .integer(now -> now.level.percent());
      statement.executeUpdate();
    }
  }
}
