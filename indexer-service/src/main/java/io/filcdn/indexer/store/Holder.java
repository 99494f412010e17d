package io.filcdn.indexer.store;

import io.filcdn.common.chain.Address;
import java.util.Optional;

/**
 * The holder of a data set's number.
 *
 * @param provisional whether a reorganisation could still give the number to another payer, so that
 *     no edge serves it yet
 */
public record Holder(Address payer, boolean deleted, boolean provisional) {

  /** True where the placements of its pieces say the same with {@code other}. */
  public boolean placesLike(Holder other) {
    return payer.equals(other.payer) && deleted == other.deleted;
  }

  /** True where the same payer pays for {@code other}. */
  public boolean isPaidLike(Optional<Holder> other) {
    return other.filter(holder -> payer.equals(holder.payer)).isPresent();
  }
}
