package io.filcdn.common.lease;

import io.filcdn.common.access.CapPeriod;
import io.filcdn.common.access.KeyId;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord.Kind;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The fields by which JSON names a quota: {@code dataSet} and {@code quota}, {@code key} and {@code
 * period}, or {@code cap}.
 */
record QuotaFields(
    Optional<DataSetId> dataSet,
    Optional<Kind> quota,
    Optional<KeyId> key,
    Optional<CapPeriod> period,
    Optional<String> cap) {

  static QuotaFields of(QuotaName name) {
    Optional<QuotaName.OfDataSet> ofDataSet = as(QuotaName.OfDataSet.class, name);
    Optional<QuotaName.OfKey> ofKey = as(QuotaName.OfKey.class, name);
    return new QuotaFields(
        ofDataSet.map(QuotaName.OfDataSet::dataSet),
        ofDataSet.map(QuotaName.OfDataSet::quota),
        ofKey.map(QuotaName.OfKey::key),
        ofKey.map(QuotaName.OfKey::period),
        as(CapName.class, name).map(CapName::text));
  }

  private static <T> Optional<T> as(Class<T> kind, QuotaName name) {
    return Optional.of(name).filter(kind::isInstance).map(kind::cast);
  }

  /**
   * The name.
   *
   * @throws IllegalArgumentException where they name none
   */
  QuotaName name() {
    long fields = Stream.of(dataSet, quota, key, period, cap).filter(Optional::isPresent).count();
    if (fields == 2 && dataSet.isPresent() && quota.isPresent()) {
      return new QuotaName.OfDataSet(dataSet.get(), quota.get());
    }
    if (fields == 2 && key.isPresent() && period.isPresent()) {
      return new QuotaName.OfKey(key.get(), period.get());
    }
    if (fields == 1 && cap.isPresent()) {
      return CapName.of(cap.get());
    }
    throw new IllegalArgumentException(
        "expected dataSet and quota, or key and period, or cap, found another choice of them");
  }
}
