package io.filcdn.indexer.store;

/** Which of the rows that are saved are written and published. */
public enum Write {
  /** Those that say something new. */
  CHANGES,
  /** All. */
  EVERYTHING
}
