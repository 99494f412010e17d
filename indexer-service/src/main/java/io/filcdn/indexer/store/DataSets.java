package io.filcdn.indexer.store;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.RailId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.indexer.postgres.Rows;
import io.filcdn.indexer.publish.Outbox;
import io.filcdn.indexer.publish.Outbox.Message;
import io.filcdn.indexer.store.Upsert.Column;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The table of data sets; what changes in it goes to the outbox. */
public final class DataSets {

  private static final Upsert UPSERT =
      new Upsert(
          "data_sets",
          "id",
          List.of(
              Column.text("payer"),
              Column.text("provider"),
              Column.text("payee"),
              Column.flag("with_cdn"),
              Column.flag("deleted"),
              Column.number("provisional_since"),
              Column.number("pdp_rail"),
              Column.number("pdp_rail_end"),
              Column.number("cache_miss_rail"),
              Column.number("cache_miss_rail_end"),
              Column.number("cdn_rail"),
              Column.number("cdn_rail_end"),
              Column.amount("cdn_topped_up_final"),
              Column.amount("cdn_topped_up_unfinal"),
              Column.amount("cache_miss_topped_up_final"),
              Column.amount("cache_miss_topped_up_unfinal"),
              Column.number("cdn_reported_final"),
              Column.number("cdn_reported_unfinal"),
              Column.number("cache_miss_reported_final"),
              Column.number("cache_miss_reported_unfinal"),
              Column.number("last_reported_epoch"),
              Column.amount("cdn_settled"),
              Column.amount("cache_miss_settled")));

  private final Connection connection;
  private final Write what;
  private final Outbox outbox;

  public DataSets(Connection connection, Write what) {
    this.connection = connection;
    this.what = what;
    this.outbox = new Outbox(connection);
  }

  /** The table for one who only reads it. */
  public DataSets(Connection connection) {
    this(connection, Write.CHANGES);
  }

  /** Writes and publishes data sets, those that say something new. */
  public void save(List<DataSetRecord> records) throws SQLException {
    Rows rows = UPSERT.rows();
    records.forEach(record -> rows.add(row(record)));
    Set<String> written = UPSERT.write(connection, what, rows);
    outbox.put(
        records.stream()
            .filter(record -> written.contains(record.dataSet().toString()))
            .map(DataSets::message)
            .toList());
  }

  private static Message message(DataSetRecord record) {
    return new Message(
        Topic.DATA_SETS,
        record.dataSet().toString(),
        Optional.of(RecordJson.write(record)),
        record.asOf().version());
  }

  /** Removes a data set that a reorg took back; publishes a tombstone. */
  public void remove(DataSetId id, Versions versions) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from data_sets where id = ?")) {
      delete.setString(1, id.toString());
      if (delete.executeUpdate() > 0) {
        outbox.put(
            List.of(
                new Message(
                    Topic.DATA_SETS, id.toString(), Optional.empty(), versions.next().version())));
      }
    }
  }

  /** The known ones of {@code ids}. */
  public Map<DataSetId, Holder> holders(Collection<DataSetId> ids) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select id, payer, deleted, provisional_since is not null as provisional"
                + " from data_sets where id = any (?)")) {
      select.setArray(
          1, connection.createArrayOf("text", ids.stream().map(DataSetId::toString).toArray()));
      Map<DataSetId, Holder> holders = new HashMap<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          holders.put(
              DataSetId.of(rows.getString("id")),
              new Holder(
                  new Address(rows.getString("payer")),
                  rows.getBoolean("deleted"),
                  rows.getBoolean("provisional")));
        }
      }
      return holders;
    }
  }

  /** Whose each of {@code rails} is; those that are nobody's are left out. */
  public Map<RailId, DataSetId> byRail(Collection<RailId> rails) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select rail_id, data_set from rails where rail_id = any (?)")) {
      select.setArray(
          1, connection.createArrayOf("bigint", rails.stream().map(RailId::number).toArray()));
      Map<RailId, DataSetId> byRail = new HashMap<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          byRail.put(new RailId(rows.getLong("rail_id")), DataSetId.of(rows.getString("data_set")));
        }
      }
      return byRail;
    }
  }

  private static @Nullable Object[] row(DataSetRecord record) {
    return new @Nullable Object[] {
      record.dataSet().toString(),
      record.payer().hex(),
      record.provider().toString(),
      record.payee().hex(),
      record.withCdn(),
      record.deleted(),
      record.provisionalSince().map(BlockNumber::value).orElse(null),
      id(record.pdpRail()),
      end(record.pdpRail()),
      id(record.cacheMissRail()),
      end(record.cacheMissRail()),
      id(record.cdnRail()),
      end(record.cdnRail()),
      amount(record.topUps().cdnFinal()),
      amount(record.topUps().cdnUnfinal()),
      amount(record.topUps().cacheMissFinal()),
      amount(record.topUps().cacheMissUnfinal()),
      record.reported().cdnBytesFinal().bytes(),
      record.reported().cdnBytesUnfinal().bytes(),
      record.reported().cacheMissBytesFinal().bytes(),
      record.reported().cacheMissBytesUnfinal().bytes(),
      record.lastReportedEpoch().map(Epoch::value).orElse(null),
      amount(record.settled().cdn()),
      amount(record.settled().cacheMiss()),
      record.asOf().block().value(),
      record.asOf().version()
    };
  }

  private static @Nullable Long id(Optional<Rail> rail) {
    return rail.map(r -> r.railId().number()).orElse(null);
  }

  private static @Nullable Long end(Optional<Rail> rail) {
    return rail.flatMap(Rail::endEpoch).map(Epoch::value).orElse(null);
  }

  private static BigDecimal amount(TokenAmount amount) {
    return new BigDecimal(amount.units());
  }
}
