package io.filcdn.indexer.store;

import io.filcdn.common.chain.Address;
import io.filcdn.common.index.AsOf;
import io.filcdn.common.index.PayerRecord;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.indexer.publish.Outbox;
import io.filcdn.indexer.publish.Outbox.Message;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The table of payers. The chain tells who is one; whether one is sanctioned is for a screening to
 * say, which is not there yet, so all are published as not sanctioned and not screened.
 */
public final class Payers {

  private final Connection connection;
  private final Outbox outbox;

  public Payers(Connection connection) {
    this.connection = connection;
    this.outbox = new Outbox(connection);
  }

  /** Writes and publishes a payer, where none was known. */
  public void add(Address payer, AsOf asOf) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into payers (address, as_of_block, version) values (?, ?, ?)
            on conflict do nothing""")) {
      insert.setString(1, payer.hex());
      insert.setLong(2, asOf.block().value());
      insert.setLong(3, asOf.version());
      if (insert.executeUpdate() > 0) {
        PayerRecord record = new PayerRecord(payer, false, Optional.empty(), asOf);
        put(payer, Optional.of(RecordJson.write(record)), asOf.version());
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

  private void put(Address payer, Optional<String> value, long version) throws SQLException {
    outbox.put(List.of(new Message(Topic.PAYERS, payer.toString(), value, version)));
  }
}
