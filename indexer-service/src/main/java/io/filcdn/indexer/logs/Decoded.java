package io.filcdn.indexer.logs;

import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.UndecodableLog;

/** What became of a raw log. */
public sealed interface Decoded {

  /** An event that the index knows. */
  record Known(LoggedEvent event) implements Decoded {}

  /** A log of one of our contracts that tells the index nothing. */
  record Unknown() implements Decoded {}

  /** A log that bears the hash of a known event, but not its form. */
  record Undecodable(UndecodableLog log) implements Decoded {}
}
