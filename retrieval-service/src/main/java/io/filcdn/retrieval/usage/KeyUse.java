package io.filcdn.retrieval.usage;

import io.filcdn.common.access.AccessKeyRecord;
import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.access.KeyLimits;
import io.filcdn.common.lease.QuotaName;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The use of a key by one response, which counts to the day and month in which it began.
 *
 * @param day in UTC
 * @param caps those of the key's caps that it has
 */
public record KeyUse(KeyId key, LocalDate day, List<Cap> caps) {

  /** The use of a key that begins now. */
  public static KeyUse of(AccessKeyRecord record, Instant now) {
    LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
    KeyLimits limits = record.limits();
    boolean capped =
        limits.bytes().isPresent()
            || limits.bytesPerDay().isPresent()
            || limits.bytesPerMonth().isPresent();
    return new KeyUse(record.id(), day, capped ? caps(record, day) : List.of());
  }

  private static List<Cap> caps(AccessKeyRecord record, LocalDate day) {
    return Stream.of(
            new CapPeriod.Life(), new CapPeriod.Day(day), new CapPeriod.Month(YearMonth.from(day)))
        .flatMap(period -> cap(record, period).stream())
        .toList();
  }

  private static Optional<Cap> cap(AccessKeyRecord record, CapPeriod period) {
    return record
        .limits()
        .cap(period)
        .map(bytes -> new Cap(new QuotaName.OfKey(record.id(), period), bytes.bytes()));
  }
}
