package io.filcdn.metrics.quota;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.usage.QuotaRecord;
import java.util.Comparator;

/** One of the two quotas of a data set. */
public record QuotaKey(DataSetId dataSet, QuotaRecord.Kind quota) implements Comparable<QuotaKey> {

  private static final Comparator<QuotaKey> ORDER =
      Comparator.comparing(QuotaKey::dataSet).thenComparing(QuotaKey::quota);

  @Override
  public int compareTo(QuotaKey other) {
    return ORDER.compare(this, other);
  }
}
