package io.filcdn.indexer.store;

import io.filcdn.common.index.PlacementKey;
import io.filcdn.common.index.PlacementRecord;
import java.util.Optional;
import java.util.Set;

/**
 * The placements of a piece by its events.
 *
 * @param current empty where it is not in its data set
 * @param former the other keys under which its events placed it once; an index that was lost may
 *     have published them
 */
public record PlacementHistory(Optional<PlacementRecord> current, Set<PlacementKey> former) {

  public PlacementHistory {
    former = Set.copyOf(former);
  }
}
