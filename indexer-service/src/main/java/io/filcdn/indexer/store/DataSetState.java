package io.filcdn.indexer.store;

import io.filcdn.common.chain.Address;
import java.util.Optional;

/**
 * The state of a data set that its pieces depend on.
 *
 * @param provisional whether a reorganisation could still give the number to another payer, so that
 *     no edge serves it yet
 */
public record DataSetState(Address payer, boolean deleted, boolean provisional) {

  /** True where the placements of its pieces say the same with {@code other}. */
  public boolean hasSamePlacements(DataSetState other) {
    return payer.equals(other.payer) && deleted == other.deleted;
  }

  /** True where the same payer pays for {@code other}. */
  public boolean hasSamePayer(Optional<DataSetState> other) {
    return other.filter(state -> payer.equals(state.payer)).isPresent();
  }
}
