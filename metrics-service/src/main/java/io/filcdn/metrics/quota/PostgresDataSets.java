package io.filcdn.metrics.quota;

import io.filcdn.common.chain.Address;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.metrics.series.PostgresSeries;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The table of data sets as the index tells them; each method works in the caller's transaction.
 */
public final class PostgresDataSets {

  private static final String KEEP_NEWER =
      """
      insert into data_set as d (data_set, payer, provider, version, record)
      select data_set, payer, provider, version, record::jsonb
      from unnest(?, ?, ?, ?, ?) as told (data_set, payer, provider, version, record)
      order by data_set collate "C"
      on conflict (data_set) do update set
        payer = excluded.payer, provider = excluded.provider, version = excluded.version, record = excluded.record
      where excluded.version > d.version
      returning data_set, xmax = 0 as is_new
      """;

  private static final String ARE_NEW =
      """
      select exists (
        select from unnest(?) as told (data_set)
        where not exists (select from data_set d where d.data_set = told.data_set))
      """;

  private static final String FUNDS =
      """
      select data_set, cdn_final, cdn_unfinal, cache_miss_final, cache_miss_unfinal, has_cdn_rail,
        served
      from data_set where data_set = any (?)
      """;

  private static final String OF_PAYER =
      "select record from data_set where payer = ? and data_set > ? order by data_set limit ?";

  private final PostgresSeries series = new PostgresSeries();

  /**
   * Keeps what is newer than what is there. What was served of a data set before the index told of
   * it is its payer's and its provider's from now on.
   */
  public void keepNewer(Connection connection, List<DataSetRecord> all) throws SQLException {
    Map<DataSetId, DataSetRecord> newest = new HashMap<>();
    all.forEach(record -> newest.merge(record.dataSet(), record, PostgresDataSets::newer));
    if (newest.isEmpty()) {
      return;
    }
    List<DataSetRecord> told = List.copyOf(newest.values());
    if (anyIsNew(connection, List.copyOf(newest.keySet()))) {
      series.holdOwners(connection);
      series.giveToOwners(connection, keep(connection, told));
    } else {
      keep(connection, told);
    }
  }

  private static boolean anyIsNew(Connection connection, List<DataSetId> dataSets)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ARE_NEW)) {
      Columns.of(statement, dataSets).text(DataSetId::toString);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** Keeps records; those of data sets that were not there before. */
  private static List<DataSetId> keep(Connection connection, List<DataSetRecord> told)
      throws SQLException {
    List<DataSetId> added = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(KEEP_NEWER)) {
      Columns.of(statement, told)
          .text(dataSet -> dataSet.dataSet().toString())
          .text(dataSet -> dataSet.payer().hex())
          .text(dataSet -> dataSet.provider().toString())
          .bigint(dataSet -> dataSet.asOf().version())
          .text(RecordJson::write);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          if (rows.getBoolean("is_new")) {
            added.add(DataSetId.of(rows.getString("data_set")));
          }
        }
      }
    }
    return added;
  }

  private static DataSetRecord newer(DataSetRecord one, DataSetRecord other) {
    return one.asOf().version() >= other.asOf().version() ? one : other;
  }

  /** A data set, where the index has told of it. */
  public Optional<DataSetRecord> find(Connection connection, DataSetId dataSet)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select record from data_set where data_set = ?")) {
      statement.setString(1, dataSet.toString());
      return records(statement).stream().findFirst();
    }
  }

  /** A payer's data sets in the order of their ids, from the one behind {@code after} on. */
  public List<DataSetRecord> ofPayer(
      Connection connection, Address payer, Optional<DataSetId> after, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OF_PAYER)) {
      statement.setString(1, payer.hex());
      statement.setString(2, after.map(DataSetId::toString).orElse(""));
      statement.setInt(3, limit);
      return records(statement);
    }
  }

  /** The funds of those of {@code dataSets} that the index has told of. */
  public List<Funds> funds(Connection connection, Collection<DataSetId> dataSets)
      throws SQLException {
    List<Funds> funds = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(FUNDS)) {
      Columns.of(statement, List.copyOf(dataSets)).text(DataSetId::toString);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          funds.add(funds(rows));
        }
      }
    }
    return funds;
  }

  /** The funds in a row that has their columns. */
  static Funds funds(ResultSet row) throws SQLException {
    TopUps topUps =
        new TopUps(
            amount(row, "cdn_final"),
            amount(row, "cdn_unfinal"),
            amount(row, "cache_miss_final"),
            amount(row, "cache_miss_unfinal"));
    return new Funds(
        DataSetId.of(row.getString("data_set")),
        topUps,
        row.getBoolean("has_cdn_rail"),
        row.getBoolean("served"));
  }

  private static TokenAmount amount(ResultSet row, String column) throws SQLException {
    return new TokenAmount(row.getBigDecimal(column).toBigIntegerExact());
  }

  private static List<DataSetRecord> records(PreparedStatement statement) throws SQLException {
    List<DataSetRecord> records = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        records.add(RecordJson.read(rows.getString("record"), DataSetRecord.class));
      }
    }
    return records;
  }
}
