package io.filcdn.indexer.logs;

import io.filcdn.indexer.chain.LoggedEvent;
import io.filcdn.indexer.chain.UndecodableLog;
import java.util.Optional;

/** The outcome of decoding a raw log. */
public sealed interface DecodedLog {

  /**
   * An event that the index knows.
   *
   * @param undecodable the log, where some of what it says cannot be and is not in the event
   */
  record Known(LoggedEvent event, Optional<UndecodableLog> undecodable) implements DecodedLog {}

  /** A log of one of our contracts that tells the index nothing. */
  record Unknown() implements DecodedLog {}

  /** A log that bears the hash of a known event and is not read as one. */
  record Undecodable(UndecodableLog log) implements DecodedLog {}
}
