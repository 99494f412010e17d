package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/** The name of bytes that are leased: one of a data set's quotas, or a cap. */
public sealed interface QuotaName extends Comparable<QuotaName>
    permits QuotaName.OfDataSet, QuotaName.OfKey, CapName {

  /** The order in which they are locked. */
  Comparator<QuotaName> ORDER =
      Comparator.comparing(QuotaName::owner).thenComparing(QuotaName::part);

  /** The bytes that a data set has paid for. */
  record OfDataSet(DataSetId dataSet, Kind quota) implements QuotaName {
    public OfDataSet {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(quota, "quota is missing");
    }

    @Override
    public String owner() {
      return dataSet.toString();
    }

    @Override
    public String part() {
      return quota.toString();
    }

    @Override
    public String toString() {
      return "the %s quota of %s".formatted(quota, dataSet);
    }
  }

  /** The bytes that a key may fetch in a period. */
  record OfKey(KeyId key, CapPeriod period) implements QuotaName {

    /** Begins the text of each key; no data set's id has it. */
    private static final String PREFIX = "key/";

    public OfKey {
      requireNonNull(key, "key is missing");
      requireNonNull(period, "period is missing");
    }

    @Override
    public String owner() {
      return PREFIX + key;
    }

    @Override
    public String part() {
      return period.toString();
    }

    @Override
    public Optional<Instant> end() {
      return period.end();
    }

    @Override
    public String toString() {
      return "the bytes of key %s in %s".formatted(key, period);
    }
  }

  /** The bytes of responses that a data set has paid for. */
  static QuotaName cdn(DataSetId dataSet) {
    return new OfDataSet(dataSet, Kind.CDN);
  }

  /** The bytes from providers that a data set has paid for. */
  static QuotaName cacheMiss(DataSetId dataSet) {
    return new OfDataSet(dataSet, Kind.CACHE_MISS);
  }

  /** The text of whose bytes they are: {@code fwss/12}, {@code key/…}, {@code cap/…}. */
  String owner();

  /** The text of which of the owner's: {@code cdn}, {@code cacheMiss}, or a period. */
  String part();

  /** The time from which on no response begins that is of it; none where there is no end. */
  default Optional<Instant> end() {
    return Optional.empty();
  }

  /**
   * Reads the two texts.
   *
   * @throws IllegalArgumentException where they name none
   */
  static QuotaName of(String owner, String part) {
    if (owner.startsWith(CapName.PREFIX)) {
      return CapName.of(owner, part);
    }
    return owner.startsWith(OfKey.PREFIX)
        ? new OfKey(KeyId.of(owner.substring(OfKey.PREFIX.length())), CapPeriod.of(part))
        : new OfDataSet(DataSetId.of(owner), Kind.of(part));
  }

  @Override
  default int compareTo(QuotaName other) {
    return ORDER.compare(this, other);
  }
}
