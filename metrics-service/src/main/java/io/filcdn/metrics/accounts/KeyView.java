package io.filcdn.metrics.accounts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.access.KeyScope;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.quota.PostgresKeyUsage.Used;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A key as its payer sees it, without its secrets.
 *
 * @param expires when it ends; absent where it does not by itself
 * @param revoked when it was taken back; absent where it was not
 * @param used bytes of it that edges' records tell of
 * @param lastUsed the hour of UTC in which it was last used, as far as records tell
 * @param secrets those that were good at its last change, the newest last
 */
@JsonInclude(Include.NON_ABSENT)
public record KeyView(
    KeyId id,
    String name,
    Set<KeyScope> scopes,
    KeyLimits limits,
    Instant created,
    Optional<Instant> expires,
    Optional<Instant> revoked,
    UsedBytes used,
    Optional<Instant> lastUsed,
    List<SecretView> secrets) {

  /**
   * The bytes of a key that were used.
   *
   * @param bytes in all
   * @param bytesToday of this day in UTC
   * @param bytesThisMonth of this month in UTC
   */
  public record UsedBytes(ByteCount bytes, ByteCount bytesToday, ByteCount bytesThisMonth) {

    static UsedBytes of(Used used, LocalDate today) {
      return new UsedBytes(
          in(used, new CapPeriod.Life()),
          in(used, new CapPeriod.Day(today)),
          in(used, new CapPeriod.Month(YearMonth.from(today))));
    }

    private static ByteCount in(Used used, CapPeriod period) {
      return ByteCount.of(used.bytes().getOrDefault(period, 0L));
    }
  }

  /**
   * A secret of a key.
   *
   * @param expires when a rotation ends it; absent for the newest
   */
  @JsonInclude(Include.NON_ABSENT)
  public record SecretView(Optional<Instant> expires) {}

  /** The view of a key. */
  static KeyView of(StoredKey key, Used used, LocalDate today) {
    AccessKeyRecord record = key.record();
    return new KeyView(
        record.id(),
        key.name(),
        record.scopes(),
        record.limits(),
        record.created(),
        record.expires(),
        record.revoked(),
        UsedBytes.of(used, today),
        used.lastUse(),
        record.secrets().stream().map(secret -> new SecretView(secret.expires())).toList());
  }
}
