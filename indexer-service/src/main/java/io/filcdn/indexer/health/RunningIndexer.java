package io.filcdn.indexer.health;

/** The running indexer, as far as the health checks have to know it. */
public interface RunningIndexer {

  /** True where all its threads do their work. */
  boolean isAlive();
}
