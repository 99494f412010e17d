package io.filcdn.indexer.store;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.publish.Outbox;
import io.filcdn.indexer.publish.Outbox.Message;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The table of payers. The chain tells who is one; whether one is sanctioned a screening has told,
 * whose word outlives a payer that a reorg takes away and brings back.
 */
public final class Payers {

  private final Connection connection;
  private final WriteMode what;
  private final Outbox outbox;

  public Payers(Connection connection, WriteMode what) {
    this.connection = connection;
    this.what = what;
    this.outbox = new Outbox(connection);
  }

  /** Writes and publishes a payer, where none was known. */
  public void add(Address payer, Versions versions) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into payers (address, sanctioned, screened_at, as_of_block, version)
            select p.address, coalesce(s.sanctioned, false), s.screened_at, 0, 0
              from (select ? as address) p left join screenings s using (address)
            on conflict do nothing""")) {
      insert.setString(1, payer.hex());
      if (insert.executeUpdate() > 0 || what == WriteMode.EVERYTHING) {
        publish(payer, versions);
      }
    }
  }

  /** Removes a payer whose data sets a reorg took back; publishes a tombstone. */
  public void remove(Address payer, Versions versions) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from payers where address = ?")) {
      delete.setString(1, payer.hex());
      if (delete.executeUpdate() > 0) {
        put(payer, Optional.empty(), versions.next().version());
      }
    }
  }

  /** CDN payers that nobody has screened since {@code before}, up to {@code limit}. */
  public List<Address> toScreen(Instant before, int limit) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select address from payers p
             where (screened_at is null or screened_at < ?)
               and exists (select 1 from data_sets d where d.payer = p.address and d.with_cdn)
             order by screened_at nulls first limit ?""")) {
      select.setTimestamp(1, Timestamp.from(before));
      select.setInt(2, limit);
      List<Address> payers = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          payers.add(new Address(rows.getString("address")));
        }
      }
      return payers;
    }
  }

  /** Keeps what a screening has told, and publishes it where the payer still is one. */
  public void screened(Address payer, boolean sanctioned, Instant at) throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            """
            insert into screenings (address, sanctioned, screened_at) values (?, ?, ?)
            on conflict (address) do update
              set sanctioned = excluded.sanctioned, screened_at = excluded.screened_at""")) {
      upsert.setString(1, payer.hex());
      upsert.setBoolean(2, sanctioned);
      upsert.setTimestamp(3, Timestamp.from(at));
      upsert.executeUpdate();
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            update payers p set sanctioned = s.sanctioned, screened_at = s.screened_at
              from screenings s where s.address = p.address and p.address = ?""")) {
      update.setString(1, payer.hex());
      if (update.executeUpdate() > 0) {
        // the row is locked from here on: a version taken now is above any that was published
        BlockNumber block = new Blocks(connection).cursor().map(Cursor::number).orElseThrow();
        publish(payer, new Versions(connection, block));
      }
    }
  }

  private void publish(Address payer, Versions versions) throws SQLException {
    var asOf = versions.next();
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            update payers set as_of_block = ?, version = ? where address = ?
            returning sanctioned, screened_at""")) {
      update.setLong(1, asOf.block().value());
      update.setLong(2, asOf.version());
      update.setString(3, payer.hex());
      try (ResultSet row = update.executeQuery()) {
        row.next();
        Optional<Instant> screenedAt =
            Optional.ofNullable(row.getTimestamp("screened_at")).map(Timestamp::toInstant);
        PayerRecord record = new PayerRecord(payer, row.getBoolean("sanctioned"), screenedAt, asOf);
        put(payer, Optional.of(RecordJson.write(record)), asOf.version());
      }
    }
  }

  private void put(Address payer, Optional<String> value, long version) throws SQLException {
    outbox.put(List.of(new Message(Topic.PAYERS, payer.toString(), value, version)));
  }
}
