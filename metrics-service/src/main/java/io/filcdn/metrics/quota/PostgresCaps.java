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
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
   * and that did not end long ago: some 100,000 in all. So many are counted for each new one.
   */
  private static final int MOST_TOKENS = 400;

  /** So many an hour, for the day after which they are forgotten, of tokens that end at once. */
  private static final Duration TAKES_ROOM_AFTER_END = Duration.ofHours(1);

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
            and quota >= ? limit ?) tokens) < ?
      """;

  /** Those data sets and keys that have one payer. */
  private static final String OF_KEYS =
      """
      select named.data_set, named.key
      from unnest(?, ?) as named (data_set, key)
      join data_set d on d.data_set = named.data_set
      join access_key k on k.id = named.key and k.payer = d.payer
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
          where data_set >= 'cap/' and data_set < 'cap0' and quota >= ? and quota < ?
            and bytes = 0
          limit ? for update skip locked)
        returning data_set, quota
      ), leases as (
        delete from lease l using gone
        where (l.data_set, l.quota) = (gone.data_set, gone.quota)
      )
      select count(*) from gone
      """;

  private static final String FORGET_SALTS = "delete from cap_salt where day < ?";

  /** The caps of names; nothing of those that their policies do not have, nor of foreign keys. */
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
      forgetForeignKeys(connection, ofPolicies);
      Map<String, Caps> caps = caps(connection, ofPolicies);
      for (CapName.OfPolicy name : ofPolicies) {
        Optional.ofNullable(caps.get(name.dataSet().toString()))
            .map(each -> each.of(name))
            .ifPresent(cap -> cap.ifPresent(bytes -> limits.put(name, bytes)));
      }
    }
    return limits;
  }

  /** Leaves out keys that there are not, and other payers', which edges could make up. */
  private static void forgetForeignKeys(Connection connection, Set<CapName.OfPolicy> names)
      throws SQLException {
    List<CapName.OfPolicy> ofKeys =
        names.stream().filter(name -> name.bearer() instanceof CapBearer.Key).toList();
    if (ofKeys.isEmpty()) {
      return;
    }
    Set<String> own = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(OF_KEYS)) {
      Columns.of(statement, ofKeys)
          .text(name -> name.dataSet().toString())
          .text(name -> ((CapBearer.Key) name.bearer()).id().toString());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          own.add(ofKey(rows.getString("data_set"), rows.getString("key")));
        }
      }
    }
    ofKeys.stream()
        .filter(
            name ->
                !own.contains(
                    ofKey(
                        name.dataSet().toString(),
                        ((CapBearer.Key) name.bearer()).id().toString())))
        .forEach(names::remove);
  }

  private static String ofKey(String dataSet, String key) {
    return dataSet + " " + key;
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

  /**
   * Those of {@code tokens} for which their payers have room. What ended long ago takes none, and
   * is none of them: else there could be any number of these.
   */
  Set<CapName> withRoom(Connection connection, Collection<CapName.OfToken> tokens, Instant now)
      throws SQLException {
    if (tokens.isEmpty()) {
      return Set.of();
    }
    Instant latest = now.minus(TAKES_ROOM_AFTER_END);
    Set<String> parts = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(WITH_ROOM)) {
      Columns.of(statement, tokens).text(token -> token.payer().hex()).text(PostgresCaps::part);
      statement.setString(3, latest.toString());
      statement.setInt(4, MOST_TOKENS);
      statement.setInt(5, MOST_TOKENS);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          parts.add(rows.getString(1));
        }
      }
    }
    return tokens.stream()
        .filter(token -> !token.expires().isBefore(latest) && parts.contains(part(token)))
        .collect(Collectors.toSet());
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
   * Forgets days before that of {@code then}, where nothing is held of them.
   *
   * @return how many; at most {@code limit}
   */
  public int forgetDays(Connection connection, Instant then, int limit) throws SQLException {
    return forget(connection, "", day(then).toString(), limit);
  }

  /**
   * Forgets tokens that ended on the day of {@code then}, and before it, where nothing is held of
   * them. Those of the days before go with those.
   *
   * @return how many; at most {@code limit}
   */
  public int forgetTokens(Connection connection, Instant then, int limit) throws SQLException {
    return forget(connection, day(then) + "T", then.toString(), limit);
  }

  private static LocalDate day(Instant then) {
    return LocalDate.ofInstant(then, ZoneOffset.UTC);
  }

  private static int forget(Connection connection, String from, String to, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setString(1, from);
      statement.setString(2, to);
      statement.setInt(3, limit);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** Forgets the keys of days before that of {@code then}. */
  public void forgetSalts(Connection connection, Instant then) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET_SALTS)) {
      statement.setObject(1, day(then));
      statement.executeUpdate();
    }
  }
}
