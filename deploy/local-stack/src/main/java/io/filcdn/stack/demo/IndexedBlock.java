package io.filcdn.stack.demo;

import io.filcdn.common.chain.BlockHash;
import io.filcdn.common.chain.BlockNumber;
import io.filcdn.testing.chain.ChainRpc;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.web3j.utils.Numeric;
import tools.jackson.databind.JsonNode;

/** The last block that the indexer's database knows. */
record IndexedBlock(BlockNumber number, BlockHash hash) {

  /**
   * Reads the indexer's cursor; empty where there is none yet.
   *
   * @param indexer where the indexer's database is
   */
  static Optional<IndexedBlock> last(String indexer) throws SQLException {
    try (Connection connection = DriverManager.getConnection(indexer);
        Statement statement = connection.createStatement()) {
      try (ResultSet table = statement.executeQuery("select to_regclass('cursor') is not null")) {
        if (!table.next() || !table.getBoolean(1)) {
          return Optional.empty();
        }
      }
      try (ResultSet cursor =
          statement.executeQuery("select block_number, block_hash from cursor")) {
        return cursor.next()
            ? Optional.of(
                new IndexedBlock(
                    new BlockNumber(cursor.getLong(1)), BlockHash.of(cursor.getString(2))))
            : Optional.empty();
      }
    }
  }

  /** Says what is wrong where the chain does not have this block. */
  Optional<String> missingFrom(ChainRpc chain) {
    long head = chain.blockNumber();
    if (head < number.value()) {
      return Optional.of(
          "its chain came back at block %d, but block %s was indexed".formatted(head, number));
    }
    JsonNode block =
        chain.call(
            "eth_getBlockByNumber",
            Numeric.encodeQuantity(BigInteger.valueOf(number.value())),
            false);
    return hash.hex().equals(block.path("hash").asString())
        ? Optional.empty()
        : Optional.of(
            "block %s of its chain is another one than the one indexed".formatted(number));
  }
}
