package io.filcdn.indexer.store;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.index.AsOf;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Queue;

/** Versions for records that are true at one block, from the database's sequence. */
public final class Versions {

  private static final int AT_ONCE = 200;

  private final Connection connection;
  private final BlockNumber block;
  private final Queue<Long> next = new ArrayDeque<>();

  public Versions(Connection connection, BlockNumber block) {
    this.connection = connection;
    this.block = block;
  }

  /**
   * Moves the sequence on to the time, which it is always behind: a database that was restored from
   * a backup has told others of higher versions than it knows.
   *
   * @return whether it was more than a second behind
   */
  public static boolean moveOn(Connection connection) throws SQLException {
    try (PreparedStatement move =
            connection.prepareStatement(
                """
                select setval('index_version', now.micros)
                from index_version, (
                  select (extract(epoch from clock_timestamp()) * 1000000)::bigint as micros
                ) now
                where last_value < now.micros - 1000000""");
        ResultSet moved = move.executeQuery()) {
      return moved.next();
    }
  }

  /** A version above all before it. */
  public AsOf next() throws SQLException {
    if (next.isEmpty()) {
      fetch();
    }
    return new AsOf(block, next.remove());
  }

  private void fetch() throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("select nextval('index_version') from generate_series(1, ?)")) {
      select.setInt(1, AT_ONCE);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          next.add(rows.getLong(1));
        }
      }
    }
  }
}
