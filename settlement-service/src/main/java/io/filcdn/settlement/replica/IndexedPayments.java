package io.filcdn.settlement.replica;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.usage.QuotaRecord;
import java.util.Optional;

/**
 * The payments of a data set, as the index tells them.
 *
 * @param deleted whether the data set is gone, and nothing can be paid for it any more
 * @param cdnEnd the first epoch in which the CDN rail cannot pay any more
 * @param cacheMissEnd the same of the cache-miss rail
 */
public record IndexedPayments(
    DataSetRecord.Settled settled,
    boolean deleted,
    Optional<Epoch> cdnEnd,
    Optional<Epoch> cacheMissEnd) {

  /** The value that stands for a data set that the index does not know. */
  public static final IndexedPayments NONE =
      new IndexedPayments(DataSetRecord.Settled.NONE, false, Optional.empty(), Optional.empty());

  /** True where nothing can be paid along a rail in {@code epoch} and later. */
  public boolean isOver(QuotaRecord.Kind rail, Epoch epoch) {
    Optional<Epoch> end =
        switch (rail) {
          case CDN -> cdnEnd;
          case CACHE_MISS -> cacheMissEnd;
        };
    return deleted || end.filter(last -> !epoch.isBefore(last)).isPresent();
  }
}
