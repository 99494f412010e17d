package io.filcdn.indexer.store;

import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.PlacementRecord;
import java.util.Optional;
import java.util.Set;

/**
 * The places where a piece is and was.
 *
 * @param now empty where it is not, or no longer, in its data set
 * @param past the keys under which its events placed it and no longer do; an index that was lost
 *     may have published them
 */
public record Placing(Optional<PlacementRecord> now, Set<PlacementKey> past) {

  public Placing {
    past = Set.copyOf(past);
  }
}
