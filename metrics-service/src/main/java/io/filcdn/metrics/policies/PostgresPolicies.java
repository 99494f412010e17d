package io.filcdn.metrics.policies;

import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.policies.StoredPolicy.CapUse;
import io.filcdn.wallet.SignedGrant;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The table of policies; each method works in the caller's transaction. */
final class PostgresPolicies {

  private static final String ALL_OTHERS = "*";

  private static final String HAS_SERIAL =
      """
      select exists (
        select from policy where payer = ? and data_set = any (?) and serial >= ?)
      """;

  private static final String SET =
      """
      insert into policy (payer, data_set, serial, record, signed_grant, posted_at)
      select ?, data_set, ?, record, ?, ? from unnest(?, ?) as wanted (data_set, record)
      on conflict (payer, data_set) do update set
        serial = excluded.serial, record = excluded.record, signed_grant = excluded.signed_grant,
        posted_at = excluded.posted_at
      """;

  private static final String OWNED =
      "select count(*) from data_set where payer = ? and data_set = any (?)";

  private static final String IS_PAYER = "select exists (select from data_set where payer = ?)";

  private static final String LIST =
      """
      select number, record, signed_grant, posted_at,
        coalesce((select used from held
          where data_set = ? || p.data_set || '/all' and quota = 'life'), 0) as used,
        coalesce((select used from held
          where data_set = ? || p.data_set || '/all' and quota = ?), 0) as used_today
      from policy p where payer = ? and number < ? order by number desc limit ?
      """;

  /** True where one of these policies of a payer has this serial, or a higher one. */
  boolean hasSerial(Connection connection, List<PolicyRecord> wanted) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HAS_SERIAL)) {
      statement.setString(1, wanted.getFirst().payer().hex());
      statement.setArray(2, texts(connection, dataSets(wanted)));
      statement.setLong(3, wanted.getFirst().serial());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** Sets policies of one payer and serial; they wait to be told. */
  void set(Connection connection, List<PolicyRecord> policies, SignedGrant grant, Instant now)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SET)) {
      statement.setString(1, policies.getFirst().payer().hex());
      statement.setLong(2, policies.getFirst().serial());
      statement.setString(3, RecordJson.write(grant));
      statement.setObject(4, now.atOffset(ZoneOffset.UTC));
      statement.setArray(5, texts(connection, dataSets(policies)));
      statement.setArray(6, texts(connection, policies.stream().map(RecordJson::write).toList()));
      statement.executeUpdate();
    }
  }

  private static List<String> dataSets(List<PolicyRecord> policies) {
    return policies.stream()
        .map(policy -> policy.dataSet().map(DataSetId::toString).orElse(ALL_OTHERS))
        .toList();
  }

  private static Array texts(Connection connection, List<String> texts) throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }

  /** True where the index tells of a data set of this payer. */
  boolean isPayer(Connection connection, Address payer) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(IS_PAYER)) {
      statement.setString(1, payer.hex());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** The number of those data sets that the index tells to be this payer's. */
  int owned(Connection connection, Address payer, List<DataSetId> dataSets) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OWNED)) {
      statement.setString(1, payer.hex());
      statement.setArray(2, texts(connection, dataSets.stream().map(DataSetId::toString).toList()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /**
   * At most {@code limit} policies of a payer with numbers below {@code before}, the newest first.
   *
   * @param today for what was used of caps of a day
   */
  List<StoredPolicy> list(
      Connection connection, Address payer, long before, int limit, LocalDate today)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setString(1, CapName.POLICY);
      statement.setString(2, CapName.POLICY);
      statement.setString(3, today.toString());
      statement.setString(4, payer.hex());
      statement.setLong(5, before);
      statement.setInt(6, limit);
      List<StoredPolicy> policies = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          policies.add(
              new StoredPolicy(
                  rows.getLong("number"),
                  RecordJson.readStrictly(rows.getString("record"), PolicyRecord.class),
                  RecordJson.read(rows.getString("signed_grant"), SignedGrant.class),
                  rows.getObject("posted_at", OffsetDateTime.class).toInstant(),
                  new CapUse(
                      ByteCount.of(rows.getLong("used")),
                      ByteCount.of(rows.getLong("used_today")))));
        }
      }
      return policies;
    }
  }
}
