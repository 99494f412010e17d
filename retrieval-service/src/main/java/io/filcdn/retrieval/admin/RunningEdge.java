package io.filcdn.retrieval.admin;

import io.filcdn.common.piece.PieceCid;
import java.util.Optional;

/** The edge as operators and orchestrators see it. */
public interface RunningEdge {

  /** Drops a piece from the cache; true where it was cached. */
  boolean purge(PieceCid piece);

  /** True where requests can be answered. */
  boolean ready();

  /** The cause of not being ready; for a person. */
  String missing();

  /** The trouble that keeps the cache's disk from storing anything, although the edge serves. */
  Optional<String> diskTrouble();
}
