package io.filcdn.metrics.quota;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.lease.CapBearer;
import io.filcdn.common.lease.CapName;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The caps of policies and signed tokens, and the keys of days' buckets; each method works in the
 * caller's transaction. What is used and held of caps is in the tables of leases.
 */
public final class PostgresCaps {

  /**
   * The most signed tokens of a payer, of each 256th of the hashes, of which something was leased
   * and whose time is not over: some 100,000 in all. So many are counted for each new one.
   */
  private static final int MOST_TOKENS = 400;

  /** The hex digits of a 256th. */
  private static final int DIGITS = 2;

  /** The policy of each data set: its own, or else its payer's general one. */
  private static final String OF_POLICIES =
      """
      select d.data_set, p.cap_life, p.cap_day, p.cap_day_of_key, p.cap_day_of_client
      from data_set d cross join lateral (
        select * from policy where payer = d.payer and data_set in (d.data_set, '*')
        order by data_set = '*' limit 1) p
      where d.data_set = any (?)
      """;

  /** Those parts of tokens' hashes whose payers pay for a data set, and that are not full. */
  private static final String WITH_ROOM =
      """
      select part from unnest(?, ?) as named (payer, part)
      where exists (select from data_set d where d.payer = named.payer)
        and (select count(*) from (
          select from held where data_set >= named.part and data_set < named.part || 'g'
          limit ?) tokens) < ?
      """;

  private static final String ADD_SALT =
      "insert into cap_salt (day, key) values (?, ?) on conflict do nothing";

  private static final String SALT = "select key from cap_salt where day = ?";

  /** By the index of what is over first. */
  private static final String FORGET =
      """
      with gone as (
        delete from held where (data_set, quota) in (
          select data_set, quota from held
          where data_set >= 'cap/' and data_set < 'cap0' and quota < ? and bytes = 0
          limit ? for update skip locked)
        returning data_set, quota
      ), leases as (
        delete from lease l using gone
        where (l.data_set, l.quota) = (gone.data_set, gone.quota)
      )
      select count(*) from gone
      """;

  private static final String FORGET_SALTS = "delete from cap_salt where day < ?";

  /** The caps of names; nothing of those that their policies do not have. */
  Map<QuotaName, Long> limits(Connection connection, Collection<CapName> names)
      throws SQLException {
    Map<QuotaName, Long> limits = new HashMap<>();
    Set<CapName.OfPolicy> ofPolicies = new HashSet<>();
    for (CapName name : names) {
      switch (name) {
        case CapName.OfPolicy policy -> ofPolicies.add(policy);
        case CapName.OfToken(_, _, ByteCount bytes, _) -> limits.put(name, bytes.bytes());
      }
    }
    if (!ofPolicies.isEmpty()) {
      Map<String, Caps> caps = caps(connection, ofPolicies);
      for (CapName.OfPolicy name : ofPolicies) {
        Optional.ofNullable(caps.get(name.dataSet().toString()))
            .map(each -> each.of(name))
            .ifPresent(cap -> cap.ifPresent(bytes -> limits.put(name, bytes)));
      }
    }
    return limits;
  }

  /** The caps of a policy. */
  private record Caps(
      OptionalLong life, OptionalLong day, OptionalLong dayOfKey, OptionalLong dayOfClient) {

    OptionalLong of(CapName.OfPolicy name) {
      return switch (name.bearer()) {
        case CapBearer.All _ -> name.period() instanceof CapPeriod.Life ? life : day;
        case CapBearer.Key _, CapBearer.Token _ -> dayOfKey;
        case CapBearer.Client _ -> dayOfClient;
      };
    }
  }

  private static Map<String, Caps> caps(Connection connection, Set<CapName.OfPolicy> names)
      throws SQLException {
    Map<String, Caps> caps = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(OF_POLICIES)) {
      Columns.of(statement, names.stream().map(CapName.OfPolicy::dataSet).distinct().toList())
          .text(Object::toString);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          caps.put(
              rows.getString("data_set"),
              new Caps(
                  number(rows, "cap_life"),
                  number(rows, "cap_day"),
                  number(rows, "cap_day_of_key"),
                  number(rows, "cap_day_of_client")));
        }
      }
    }
    return caps;
  }

  private static OptionalLong number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** Those of {@code tokens} for which their payers have room. */
  Set<CapName> withRoom(Connection connection, Collection<CapName.OfToken> tokens)
      throws SQLException {
    if (tokens.isEmpty()) {
      return Set.of();
    }
    Set<String> parts = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(WITH_ROOM)) {
      Columns.of(statement, tokens).text(token -> token.payer().hex()).text(PostgresCaps::part);
      statement.setInt(3, MOST_TOKENS);
      statement.setInt(4, MOST_TOKENS);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          parts.add(rows.getString(1));
        }
      }
    }
    return tokens.stream().filter(token -> parts.contains(part(token))).collect(Collectors.toSet());
  }

  private static String part(CapName.OfToken token) {
    int all = token.token().hex().length();
    return token.owner().substring(0, token.owner().length() - all + DIGITS);
  }

  /**
   * The key of a day's buckets: the first that any process made.
   *
   * @param made where there is none
   */
  CapSalt salt(Connection connection, CapSalt made) throws SQLException {
    try (PreparedStatement add = connection.prepareStatement(ADD_SALT)) {
      add.setObject(1, made.day());
      add.setString(2, made.key());
      add.executeUpdate();
    }
    try (PreparedStatement find = connection.prepareStatement(SALT)) {
      find.setObject(1, made.day());
      try (ResultSet row = find.executeQuery()) {
        row.next();
        return new CapSalt(made.day(), row.getString(1));
      }
    }
  }

  /**
   * Forgets days before {@code first}, and tokens that ended before it, where nothing is held of
   * them.
   *
   * @return how many; at most {@code limit}
   */
  public int forget(Connection connection, LocalDate first, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setString(1, first.toString());
      statement.setInt(2, limit);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** Forgets the keys of days before {@code first}. */
  public void forgetSalts(Connection connection, LocalDate first) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET_SALTS)) {
      statement.setObject(1, first);
      statement.executeUpdate();
    }
  }
}
