package io.filcdn.metrics.quota;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.service.database.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The table of what keys used in their lives, in days and in months, and the caps of keys; each
 * method works in the caller's transaction.
 */
public final class PostgresKeyUsage {

  /** In one order, so that none waits in a circle. */
  private static final String ADD =
      """
      insert into key_usage as k (key, period, bytes, used_at)
      select * from unnest(?, ?, ?, ?::timestamptz[]) as u (key, period, bytes, used_at)
      order by key collate "C", period collate "C"
      on conflict (key, period) do update set
        bytes = capped(k.bytes::numeric + excluded.bytes),
        used_at = greatest(k.used_at, excluded.used_at)
      """;

  private static final String CAPS =
      """
      select u.key, u.data_set, k.cap_life is not null as life, k.cap_day is not null as day,
        k.cap_month is not null as month
      from unnest(?, ?) as u (key, data_set)
      join access_key k on k.id = u.key
      left join data_set d on d.data_set = u.data_set
      where d.payer is null or d.payer = k.payer
      """;

  /** Of a key that was taken back nothing is left. */
  private static final String UNSPENT =
      """
      select named.key, named.period,
        case when k.revoked or k.forgotten then 0
          else greatest(0, k.cap - coalesce(u.bytes, 0)) end as unspent
      from unnest(?, ?) as named (key, period)
      cross join lateral (
        select revoked, forgotten, case length(named.period)
          when 4 then cap_life when 7 then cap_month else cap_day end as cap
        from access_key where id = named.key offset 0) k
      left join lateral (
        select bytes from key_usage where key = named.key and period = named.period offset 0) u
        on true
      where k.cap is not null
      """;

  private static final String USED =
      "select key, period, bytes, used_at from key_usage where key = any (?) and period = any (?)";

  private static final String FORGET =
      """
      delete from key_usage u
      where length(period) = 10 and period < ? or length(period) = 7 and period < ?
        or period = 'life' and used_at < ?
          and not exists (select from access_key where id = u.key)
      """;

  /** The time for which Kafka and edges may be apart, and some more. */
  static final Duration LONGEST_AGO = Duration.ofDays(40);

  /**
   * The use of a key.
   *
   * @param bytes in each period
   * @param lastUse the hour of the last, where there was one
   */
  public record Used(Map<CapPeriod, Long> bytes, Optional<Instant> lastUse) {

    /** Nothing. */
    public static final Used NONE = new Used(Map.of(), Optional.empty());
  }

  /** Adds what records used. */
  void add(Connection connection, QuotaUsage usage, Instant now) throws SQLException {
    List<Map.Entry<QuotaName.OfKey, Long>> sums = List.copyOf(usage.ofKeys().entrySet());
    if (sums.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      Columns.of(statement, sums)
          .text(sum -> sum.getKey().key().text())
          .text(sum -> sum.getKey().period().toString())
          .bigint(Map.Entry::getValue)
          .text(sum -> hour(usage, sum.getKey().key(), now).toString());
      statement.executeUpdate();
    }
  }

  /** Not later than now, and not long before, whatever an edge's clock says. */
  private static Instant hour(QuotaUsage usage, KeyId key, Instant now) {
    Instant last = usage.lastUses().getOrDefault(key, now);
    Instant first = now.minus(LONGEST_AGO);
    Instant possible = last.isAfter(now) ? now : last.isBefore(first) ? first : last;
    return possible.truncatedTo(ChronoUnit.HOURS);
  }

  /** A key as a record names it, for bytes of a data set. */
  record Named(KeyId key, DataSetId dataSet) {}

  /** The periods in which a key has a cap. */
  record Caps(boolean life, boolean day, boolean month) {

    boolean has(CapPeriod period) {
      return switch (period) {
        case CapPeriod.Life _ -> life;
        case CapPeriod.Day _ -> day;
        case CapPeriod.Month _ -> month;
      };
    }
  }

  /**
   * The caps of keys, for those that may count: a key that is not known does not, and none does for
   * another payer's data set.
   */
  Map<Named, Caps> caps(Connection connection, Collection<Named> keys) throws SQLException {
    Map<Named, Caps> caps = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(CAPS)) {
      Columns.of(statement, keys)
          .text(named -> named.key().text())
          .text(named -> named.dataSet().toString());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          caps.put(
              new Named(KeyId.of(rows.getString("key")), DataSetId.of(rows.getString("data_set"))),
              new Caps(rows.getBoolean("life"), rows.getBoolean("day"), rows.getBoolean("month")));
        }
      }
    }
    return caps;
  }

  /** The bytes of caps that no record has used; nothing of those that their keys do not have. */
  Map<QuotaName, Long> unspent(Connection connection, List<QuotaName.OfKey> names)
      throws SQLException {
    Map<QuotaName, Long> unspent = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(UNSPENT)) {
      Columns.of(statement, names)
          .text(name -> name.key().text())
          .text(name -> name.period().toString());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          unspent.put(
              new QuotaName.OfKey(
                  KeyId.of(rows.getString("key")), CapPeriod.of(rows.getString("period"))),
              rows.getLong("unspent"));
        }
      }
    }
    return unspent;
  }

  /** The use of keys in their lives, on {@code day} and in its month. */
  public Map<KeyId, Used> used(Connection connection, List<KeyId> keys, LocalDate day)
      throws SQLException {
    Map<KeyId, Map<CapPeriod, Long>> bytes = new HashMap<>();
    Map<KeyId, Instant> lastUses = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(USED)) {
      Columns.of(statement, keys).text(KeyId::text);
      Columns.after(
              1, statement, List.of(new CapPeriod.Life().toString(), day.toString(), month(day)))
          .text(period -> period);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          KeyId key = KeyId.of(rows.getString("key"));
          bytes
              .computeIfAbsent(key, _ -> new HashMap<>())
              .put(CapPeriod.of(rows.getString("period")), rows.getLong("bytes"));
          lastUses.merge(
              key,
              rows.getObject("used_at", OffsetDateTime.class).toInstant(),
              (one, other) -> one.isAfter(other) ? one : other);
        }
      }
    }
    Map<KeyId, Used> used = new HashMap<>();
    bytes.forEach(
        (key, sums) -> used.put(key, new Used(sums, Optional.ofNullable(lastUses.get(key)))));
    return used;
  }

  private static String month(LocalDate day) {
    return YearMonth.from(day).toString();
  }

  /** Forgets days and months before those of {@code day}, and keys that are forgotten. */
  public void forget(Connection connection, LocalDate day) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      statement.setString(1, day.toString());
      statement.setString(2, month(day));
      statement.setObject(3, day.atStartOfDay().atOffset(ZoneOffset.UTC));
      statement.executeUpdate();
    }
  }
}
