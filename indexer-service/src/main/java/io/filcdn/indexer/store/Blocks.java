package io.filcdn.indexer.store;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.indexer.chain.IndexedBlock;
import io.filcdn.indexer.chain.LogFingerprints;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The tables that tell where the index stands: cursor and block hashes. */
public final class Blocks {

  private final Connection connection;

  public Blocks(Connection connection) {
    this.connection = connection;
  }

  /** The place where the index stands; empty before the first block. */
  public Optional<Cursor> cursor() throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "select block_number, block_hash, final_number from cursor");
        ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      long number = row.getLong("final_number");
      Optional<BlockNumber> finalNumber =
          row.wasNull() ? Optional.empty() : Optional.of(new BlockNumber(number));
      return Optional.of(
          new Cursor(
              new BlockNumber(row.getLong("block_number")),
              new BlockHash(row.getString("block_hash")),
              finalNumber));
    }
  }

  /** The stored blocks up to {@code number}, the newest first. */
  public List<IndexedBlock> upTo(BlockNumber number) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select number, hash, logs from blocks where number <= ? order by number desc")) {
      select.setLong(1, number.value());
      List<IndexedBlock> blocks = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          blocks.add(block(rows));
        }
      }
      return blocks;
    }
  }

  private static IndexedBlock block(ResultSet row) throws SQLException {
    return new IndexedBlock(
        new BlockNumber(row.getLong("number")),
        new BlockHash(row.getString("hash")),
        new LogFingerprints(Set.of((String[]) row.getArray("logs").getArray())));
  }

  /** Adds blocks; the index then stands at the last one. */
  public void append(List<IndexedBlock> blocks) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into blocks (number, hash, logs) values (?, ?, ?)")) {
      for (IndexedBlock block : blocks) {
        insert.setLong(1, block.number().value());
        insert.setString(2, block.hash().hex());
        insert.setArray(3, connection.createArrayOf("text", block.logs().fingerprints().toArray()));
        insert.addBatch();
      }
      insert.executeBatch();
    }
    stand(blocks.getLast());
  }

  private void stand(IndexedBlock last) throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            """
            insert into cursor (block_number, block_hash) values (?, ?)
            on conflict (one) do update
              set block_number = excluded.block_number, block_hash = excluded.block_hash""")) {
      upsert.setLong(1, last.number().value());
      upsert.setString(2, last.hash().hex());
      upsert.executeUpdate();
    }
  }

  /** Forgets the blocks after {@code ancestor}, which is stored; the index then stands there. */
  public void removeAfter(BlockNumber ancestor) throws SQLException {
    update("delete from blocks where number > ?", ancestor);
    update(
        """
        update cursor set block_number = b.number, block_hash = b.hash
          from blocks b where b.number = ?""",
        ancestor);
  }

  /** Forgets all blocks. */
  public void removeAll() throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("with gone as (delete from blocks) delete from cursor")) {
      delete.executeUpdate();
    }
  }

  /** Makes {@code to} the only block that is known, and the last final one. */
  public void rewind(IndexedBlock to) throws SQLException {
    removeAll();
    append(List.of(to));
    finalise(to.number());
  }

  /** Marks the blocks up to {@code last} as final; of their hashes only the newest is kept. */
  public void finalise(BlockNumber last) throws SQLException {
    update("update cursor set final_number = ?", last);
    update(
        "delete from blocks where number < (select max(number) from blocks where number <= ?)",
        last);
  }

  private void update(String sql, BlockNumber number) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, number.value());
      statement.executeUpdate();
    }
  }
}
