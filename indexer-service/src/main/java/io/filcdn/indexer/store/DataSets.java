package io.filcdn.indexer.store;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Gate;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.RailId;
import io.filcdn.indexer.publish.Outbox;
import io.filcdn.indexer.publish.Outbox.Message;
import io.filcdn.indexer.store.Upsert.Column;
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

  private static final Upsert<DataSetRecord> UPSERT =
      new Upsert<>(
          "data_sets",
          "id",
          record -> record.dataSet().toString(),
          List.of(
              Column.text("payer", record -> record.payer().hex()),
              Column.text("provider", record -> record.provider().toString()),
              Column.text("payee", record -> record.payee().hex()),
              Column.flag("with_cdn", record -> record.withCdn()),
              Column.flag("deleted", record -> record.deleted()),
              Column.number(
                  "provisional_since",
                  record -> record.provisionalSince().map(BlockNumber::value).orElse(null)),
              Column.text("gate", record -> record.gate().map(Gate::toString).orElse(null)),
              Column.number("pdp_rail", record -> id(record.pdpRail())),
              Column.number("pdp_rail_end", record -> end(record.pdpRail())),
              Column.number("cache_miss_rail", record -> id(record.cacheMissRail())),
              Column.number("cache_miss_rail_end", record -> end(record.cacheMissRail())),
              Column.number("cdn_rail", record -> id(record.cdnRail())),
              Column.number("cdn_rail_end", record -> end(record.cdnRail())),
              Column.amount("cdn_topped_up_final", record -> record.topUps().cdnFinal()),
              Column.amount("cdn_topped_up_unfinal", record -> record.topUps().cdnUnfinal()),
              Column.amount(
                  "cache_miss_topped_up_final", record -> record.topUps().cacheMissFinal()),
              Column.amount(
                  "cache_miss_topped_up_unfinal", record -> record.topUps().cacheMissUnfinal()),
              Column.number(
                  "cdn_reported_final", record -> record.reported().cdnBytesFinal().bytes()),
              Column.number(
                  "cdn_reported_unfinal", record -> record.reported().cdnBytesUnfinal().bytes()),
              Column.number(
                  "cache_miss_reported_final",
                  record -> record.reported().cacheMissBytesFinal().bytes()),
              Column.number(
                  "cache_miss_reported_unfinal",
                  record -> record.reported().cacheMissBytesUnfinal().bytes()),
              Column.number(
                  "last_reported_epoch",
                  record -> record.lastReportedEpoch().map(Epoch::value).orElse(null)),
              Column.amount("cdn_settled", record -> record.settled().cdn()),
              Column.amount("cache_miss_settled", record -> record.settled().cacheMiss())),
          DataSetRecord::asOf);

  private final Connection connection;
  private final WriteMode what;
  private final Outbox outbox;

  public DataSets(Connection connection, WriteMode what) {
    this.connection = connection;
    this.what = what;
    this.outbox = new Outbox(connection);
  }

  /** The table for one who only reads it. */
  public DataSets(Connection connection) {
    this(connection, WriteMode.CHANGES);
  }

  /** Writes and publishes data sets, those that say something new. */
  public void save(List<DataSetRecord> records) throws SQLException {
    Set<String> written = UPSERT.write(connection, what, records);
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

  /** The states of those of {@code ids} that are known. */
  public Map<DataSetId, DataSetState> states(Collection<DataSetId> ids) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select id, payer, deleted, provisional_since is not null as provisional"
                + " from data_sets where id = any (?)")) {
      select.setArray(
          1, connection.createArrayOf("text", ids.stream().map(DataSetId::toString).toArray()));
      Map<DataSetId, DataSetState> states = new HashMap<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          states.put(
              DataSetId.of(rows.getString("id")),
              new DataSetState(
                  new Address(rows.getString("payer")),
                  rows.getBoolean("deleted"),
                  rows.getBoolean("provisional")));
        }
      }
      return states;
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

  private static @Nullable Long id(Optional<Rail> rail) {
    return rail.map(r -> r.railId().number()).orElse(null);
  }

  private static @Nullable Long end(Optional<Rail> rail) {
    return rail.flatMap(Rail::endEpoch).map(Epoch::value).orElse(null);
  }
}
