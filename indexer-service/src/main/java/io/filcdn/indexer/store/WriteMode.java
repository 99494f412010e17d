package io.filcdn.indexer.store;

/** The choice of which saved rows are written and published. */
public enum WriteMode {
  /** Those that say something new. */
  CHANGES,
  /** All. */
  EVERYTHING
}
