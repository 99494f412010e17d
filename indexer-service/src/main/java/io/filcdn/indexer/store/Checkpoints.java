package io.filcdn.indexer.store;

import io.filcdn.common.chain.BlockNumber;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.indexer.chain.Entity;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The table of checkpoints, one of a data set at most. Who changes the event log before the end of
 * what a checkpoint holds drops it in the same transaction.
 */
public final class Checkpoints {

  private final Connection connection;

  public Checkpoints(Connection connection) {
    this.connection = connection;
  }

  /** Those of {@code ids} that a fold by {@code rules} can go on from. */
  public Map<DataSetId, Checkpoint> of(Collection<DataSetId> ids, String rules)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select data_set, block_number, state from checkpoints
             where data_set = any (?) and rules = ?""")) {
      Columns.of(select, ids).text(DataSetId::toString);
      select.setString(2, rules);
      Map<DataSetId, Checkpoint> checkpoints = new HashMap<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          DataSetId id = DataSetId.of(rows.getString("data_set"));
          BlockNumber upTo = new BlockNumber(rows.getLong("block_number"));
          checkpoints.put(id, new Checkpoint(id, upTo, rows.getString("state")));
        }
      }
      return checkpoints;
    }
  }

  /** Keeps checkpoints that a fold by {@code rules} made, each in place of the one before. */
  public void keep(List<Checkpoint> checkpoints, String rules) throws SQLException {
    if (checkpoints.isEmpty()) {
      return;
    }
    try (PreparedStatement upsert =
        connection.prepareStatement(
            """
            insert into checkpoints (rules, data_set, block_number, state)
            select ?, * from unnest(?, ?, ?)
            on conflict (data_set) do update set (block_number, rules, state) =
              (excluded.block_number, excluded.rules, excluded.state)""")) {
      upsert.setString(1, rules);
      Columns.after(1, upsert, checkpoints)
          .text(checkpoint -> checkpoint.dataSet().toString())
          .bigint(checkpoint -> checkpoint.upTo().value())
          .text(Checkpoint::state);
      upsert.executeUpdate();
    }
  }

  /**
   * Drops those that hold events after {@code last}, or any.
   *
   * @param changed the entities whose events changed after {@code last}, data sets and others
   */
  public void drop(Collection<Entity> changed, Optional<BlockNumber> last) throws SQLException {
    List<DataSetId> dataSets =
        changed.stream()
            .filter(Entity.DataSet.class::isInstance)
            .map(entity -> ((Entity.DataSet) entity).id())
            .toList();
    try (PreparedStatement delete =
        connection.prepareStatement(
            "delete from checkpoints where data_set = any (?) and block_number > ?")) {
      Columns.of(delete, dataSets).text(DataSetId::toString);
      delete.setLong(2, last.map(BlockNumber::value).orElse(-1L));
      delete.executeUpdate();
    }
  }
}
