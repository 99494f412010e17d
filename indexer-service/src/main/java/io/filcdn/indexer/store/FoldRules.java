package io.filcdn.indexer.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** The table that tells what of the network file all data sets were last folded with. */
public final class FoldRules {

  private final Connection connection;

  public FoldRules(Connection connection) {
    this.connection = connection;
  }

  /** The rules; empty where folding with some was begun and has not come to its end. */
  public Optional<String> last() throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("select rules from fold_rules");
        ResultSet row = select.executeQuery()) {
      return row.next() ? Optional.of(row.getString("rules")) : Optional.empty();
    }
  }

  /** Forgets them, as data sets are about to be folded with others; returns how many there were. */
  public int forget() throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement("delete from fold_rules")) {
      return delete.executeUpdate();
    }
  }

  /** Keeps what all data sets are folded with now; returns how many rows were written. */
  public int keep(String rules) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into fold_rules (rules) values (?)")) {
      insert.setString(1, rules);
      return insert.executeUpdate();
    }
  }
}
