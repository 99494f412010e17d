package io.filcdn.metrics.identity;

import io.filcdn.common.identity.RequestSignature;
import io.filcdn.common.lease.EdgeStatus;
import io.filcdn.common.piece.ByteCount;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The table of what edges tell of themselves, a row for each edge; each method works in the
 * caller's transaction.
 */
public final class PostgresEdgeStatuses {

  private static final String KEEP =
      """
      insert into edge_status as e
        (edge, told_at, region, pieces, disk_bytes, max_disk_bytes, memory_bytes)
      values (?, ?, ?, ?, ?, ?, ?)
      on conflict (edge) do update set
        told_at = excluded.told_at, region = excluded.region, pieces = excluded.pieces,
        disk_bytes = excluded.disk_bytes, max_disk_bytes = excluded.max_disk_bytes,
        memory_bytes = excluded.memory_bytes
      where e.told_at < excluded.told_at or e.told_at > excluded.told_at + %d
      """
          .formatted(RequestSignature.MOST_APART.toMillis());

  private static final String FIND = "select * from edge_status where edge = any (?)";

  private static final String FORGET = "delete from edge_status where told_at < ?";

  /** A status with the time at which its edge told it. */
  public record Told(Instant at, EdgeStatus status) {}

  /**
   * Keeps a status in place of an earlier one.
   *
   * @param toldAt in milliseconds since 1970
   * @return false where a later one is known
   */
  public boolean keep(Connection connection, EdgeStatus status, long toldAt) throws SQLException {
    EdgeStatus.CacheUse cache = status.cache();
    try (PreparedStatement statement = connection.prepareStatement(KEEP)) {
      statement.setString(1, status.edge());
      statement.setLong(2, toldAt);
      statement.setString(3, status.region().orElse(null));
      statement.setLong(4, cache.pieces());
      statement.setLong(5, cache.diskBytes().bytes());
      statement.setLong(6, cache.maxDiskBytes().bytes());
      statement.setLong(7, cache.memoryBytes().bytes());
      return statement.executeUpdate() > 0;
    }
  }

  /** The statuses of those of {@code edges} that told one, by their names. */
  public Map<String, Told> find(Connection connection, Collection<String> edges)
      throws SQLException {
    Map<String, Told> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setArray(1, connection.createArrayOf("text", edges.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.put(
              rows.getString("edge"),
              new Told(Instant.ofEpochMilli(rows.getLong("told_at")), status(rows)));
        }
      }
    }
    return found;
  }

  private static EdgeStatus status(ResultSet row) throws SQLException {
    return new EdgeStatus(
        row.getString("edge"),
        Optional.ofNullable(row.getString("region")),
        new EdgeStatus.CacheUse(
            row.getLong("pieces"),
            ByteCount.of(row.getLong("disk_bytes")),
            ByteCount.of(row.getLong("max_disk_bytes")),
            ByteCount.of(row.getLong("memory_bytes"))));
  }

  /** Forgets edges that have told nothing since then. */
  public void forget(Connection connection, Instant then) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setLong(1, then.toEpochMilli());
      statement.executeUpdate();
    }
  }
}
