package io.filcdn.settlement.due;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.util.Optional;
import java.util.Set;

/**
 * The part of what is due that a run takes up.
 *
 * @param only the data sets it looks at; empty: all of them
 * @param dust a data set with fewer bytes than this waits until they are old; 0 where none waits
 */
public record DueScope(Optional<Set<DataSetId>> only, ByteCount dust) {

  public DueScope {
    only = only.map(Set::copyOf);
  }

  /** All data sets, but for dust. */
  public static DueScope everything(ByteCount dust) {
    return new DueScope(Optional.empty(), dust);
  }

  /** These data sets, with every byte. */
  public static DueScope only(Set<DataSetId> dataSets) {
    return new DueScope(Optional.of(dataSets), ByteCount.ZERO);
  }

  /** True where {@code dataSet} is looked at. */
  public boolean covers(DataSetId dataSet) {
    return only.map(some -> some.contains(dataSet)).orElse(true);
  }
}
