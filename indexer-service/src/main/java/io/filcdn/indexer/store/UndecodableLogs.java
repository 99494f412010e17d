package io.filcdn.indexer.store;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.RawLog;
import io.filcdn.indexer.chain.UndecodableLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The table of logs that should have been events, kept aside whole for a person to look at. */
public final class UndecodableLogs {

  private final Connection connection;

  public UndecodableLogs(Connection connection) {
    this.connection = connection;
  }

  /** Keeps logs aside, those that are not there yet. */
  public void keep(List<UndecodableLog> undecodable) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into undecodable_logs
              (block_number, log_index, block_hash, tx_hash, address, topics, data, reason,
               malformed)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict do nothing""")) {
      for (UndecodableLog kept : undecodable) {
        RawLog log = kept.log();
        insert.setLong(1, log.position().block().value());
        insert.setLong(2, log.position().logIndex());
        insert.setString(3, log.blockHash().hex());
        insert.setString(4, log.txHash().hex());
        insert.setString(5, log.address().hex());
        insert.setArray(6, connection.createArrayOf("text", log.topics().toArray()));
        insert.setString(7, log.data());
        insert.setString(8, kept.reason().replace("\0", "\\0"));
        insert.setBoolean(9, kept.isMalformed());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** The number of them that are kept. */
  public UndecodableCounts count() throws SQLException {
    try (PreparedStatement count =
            connection.prepareStatement(
                "select count(*) filter (where not malformed), count(*) filter (where malformed)"
                    + " from undecodable_logs");
        ResultSet row = count.executeQuery()) {
      row.next();
      return new UndecodableCounts(row.getLong(1), row.getLong(2));
    }
  }

  /** Forgets those after {@code ancestor}, or all. */
  public void removeAfter(Optional<BlockNumber> ancestor) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("delete from undecodable_logs where block_number > ?")) {
      delete.setLong(1, ancestor.map(BlockNumber::value).orElse(-1L));
      delete.executeUpdate();
    }
  }
}
