package io.filcdn.metrics.statement;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.chain.TxHash;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord.Kind;
import io.filcdn.common.usage.SettlementRecord;
import io.filcdn.service.database.Columns;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of what settlement reported and settled, each thing once; each method works in the
 * caller's transaction.
 */
public final class PostgresSettlements {

  private static final String KEEP =
      """
      insert into settled_event (tx_hash, kind, data_set, quota, epoch, bytes, amount)
      select tx_hash, kind, data_set, quota, epoch, bytes, amount::numeric
      from unnest(?, ?, ?, ?, ?, ?, ?) as e (tx_hash, kind, data_set, quota, epoch, bytes, amount)
      order by 1, 2, 3, 4
      on conflict do nothing
      """;

  private static final String LINES =
      """
      select e.data_set, capped(sum(e.bytes)) as bytes, sum(e.amount) as settled
      from data_set d join settled_event e on e.data_set = d.data_set
      where d.provider = ? and e.quota = 'cacheMiss' and e.epoch between ? and ?
      group by e.data_set order by e.data_set
      """;

  private static final String TRANSACTIONS =
      """
      select epoch, tx_hash,
        coalesce(sum(bytes) filter (where quota = 'cdn'), 0) as cdn_bytes,
        coalesce(sum(bytes) filter (where quota = 'cacheMiss'), 0) as cache_miss_bytes,
        coalesce(sum(amount) filter (where quota = 'cdn'), 0) as cdn_paid,
        coalesce(sum(amount) filter (where quota = 'cacheMiss'), 0) as cache_miss_paid
      from settled_event where data_set = ? and (epoch, tx_hash) < (?, ?)
      group by epoch, tx_hash order by epoch desc, tx_hash desc limit ?
      """;

  private record Row(
      String txHash,
      String kind,
      DataSetId dataSet,
      Kind quota,
      long epoch,
      long bytes,
      TokenAmount amount) {}

  /**
   * The report and payment of a provider's data set.
   *
   * @param bytes that the provider supplied and that were reported
   * @param settled what was paid along its cache-miss rail, before the network's fee
   */
  public record Line(DataSetId dataSet, ByteCount bytes, TokenAmount settled) {}

  /**
   * A transaction that reported bytes of a data set, or paid for them along its rails.
   *
   * @param epoch up to which it reported, or in which it paid
   * @param cdnPaid before the network's fee, as {@code cacheMissPaid}
   */
  public record Transaction(
      TxHash txHash,
      Epoch epoch,
      BigInteger cdnBytes,
      BigInteger cacheMissBytes,
      TokenAmount cdnPaid,
      TokenAmount cacheMissPaid) {

    /** Its place in the list of all. */
    public TransactionPlace place() {
      return new TransactionPlace(epoch, txHash);
    }
  }

  private final Network network;

  /**
   * @param network tells which epoch a payment was made in
   */
  public PostgresSettlements(Network network) {
    this.network = network;
  }

  /** Keeps what was reported and settled; what is told again changes nothing. */
  public void keep(Connection connection, List<SettlementRecord> records) throws SQLException {
    List<Row> rows = new ArrayList<>();
    for (SettlementRecord record : records) {
      switch (record) {
        case SettlementRecord.Reported r -> {
          rows.add(row(r, Kind.CDN, r.cdnBytes()));
          rows.add(row(r, Kind.CACHE_MISS, r.cacheMissBytes()));
        }
        case SettlementRecord.Settled s ->
            rows.add(
                new Row(
                    s.txHash().hex(),
                    "settled",
                    s.dataSet(),
                    s.rail(),
                    network.epochAt(s.at()).value(),
                    0,
                    s.amount()));
        case SettlementRecord.Failed _, SettlementRecord.Terminated _ -> {
          // nothing was reported, nothing was paid
        }
      }
    }
    store(connection, rows);
  }

  private static Row row(SettlementRecord.Reported reported, Kind quota, ByteCount bytes) {
    return new Row(
        reported.txHash().hex(),
        "reported",
        reported.dataSet(),
        quota,
        reported.toEpoch().value(),
        bytes.bytes(),
        TokenAmount.ZERO);
  }

  private static void store(Connection connection, List<Row> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(KEEP)) {
      Columns.of(statement, rows)
          .text(Row::txHash)
          .text(Row::kind)
          .text(row -> row.dataSet().toString())
          .text(row -> row.quota().toString())
          .bigint(Row::epoch)
          .bigint(Row::bytes)
          .text(row -> row.amount().toString());
      statement.executeUpdate();
    }
  }

  /** The transactions of a data set behind one of them, the newest first. */
  public List<Transaction> transactions(
      Connection connection, DataSetId dataSet, TransactionPlace after, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TRANSACTIONS)) {
      statement.setString(1, dataSet.toString());
      statement.setLong(2, after.epoch().value());
      statement.setString(3, after.txHash().hex());
      statement.setInt(4, limit);
      List<Transaction> transactions = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          transactions.add(
              new Transaction(
                  TxHash.of(rows.getString("tx_hash")),
                  new Epoch(rows.getLong("epoch")),
                  rows.getBigDecimal("cdn_bytes").toBigIntegerExact(),
                  rows.getBigDecimal("cache_miss_bytes").toBigIntegerExact(),
                  new TokenAmount(rows.getBigDecimal("cdn_paid").toBigIntegerExact()),
                  new TokenAmount(rows.getBigDecimal("cache_miss_paid").toBigIntegerExact())));
        }
      }
      return transactions;
    }
  }

  /** The reports and payments of a provider's data sets within epochs, both included. */
  public List<Line> lines(Connection connection, ProviderId provider, Epoch from, Epoch to)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LINES)) {
      statement.setString(1, provider.toString());
      statement.setLong(2, from.value());
      statement.setLong(3, to.value());
      List<Line> lines = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          BigDecimal settled = rows.getBigDecimal("settled");
          lines.add(
              new Line(
                  DataSetId.of(rows.getString("data_set")),
                  ByteCount.of(rows.getLong("bytes")),
                  new TokenAmount(settled.toBigIntegerExact())));
        }
      }
      return lines;
    }
  }
}
