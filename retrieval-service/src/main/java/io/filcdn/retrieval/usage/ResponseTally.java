package io.filcdn.retrieval.usage;

import java.util.Optional;

/**
 * The count of one response. Its bytes are billable at once where they come from the cache; where
 * they come from a fill, once that verifies.
 */
public final class ResponseTally {

  private final EgressKey key;
  private final EgressCounts counts;
  private final Optional<UnverifiedEgress> fill;
  private boolean ended;

  ResponseTally(EgressKey key, EgressCounts counts, Optional<UnverifiedEgress> fill) {
    this.key = key;
    this.counts = counts;
    this.fill = fill;
  }

  /** The client's socket accepted that many more body bytes. */
  public void accepted(long bytes) {
    add(bytes, 0);
  }

  /** The response is over, whole or not; later calls count nothing. */
  public void ended() {
    if (!ended) {
      ended = true;
      add(0, 1);
    }
  }

  private void add(long bytes, long requests) {
    if (fill.isPresent()) {
      fill.get().add(key, bytes, requests);
    } else {
      counts.egress(key, bytes, requests);
    }
  }
}
