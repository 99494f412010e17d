package io.filcdn.indexer.store;

import io.filcdn.common.chain.Address;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** The table of the contracts whose logs the index holds from the first block on. */
public final class ContractsRead {

  private final Connection connection;

  public ContractsRead(Connection connection) {
    this.connection = connection;
  }

  /** All of them. */
  public Set<Address> all() throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("select address from contracts_read");
        ResultSet rows = select.executeQuery()) {
      Set<Address> contracts = new HashSet<>();
      while (rows.next()) {
        contracts.add(new Address(rows.getString("address")));
      }
      return contracts;
    }
  }

  /** Makes these all of them: logs of one that is not read any more are complete no longer. */
  public void keep(Collection<Address> contracts) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement("delete from contracts_read")) {
      delete.executeUpdate();
    }
    try (PreparedStatement insert =
        connection.prepareStatement("insert into contracts_read (address) select unnest(?)")) {
      insert.setArray(
          1, connection.createArrayOf("text", contracts.stream().map(Address::hex).toArray()));
      insert.executeUpdate();
    }
  }
}
