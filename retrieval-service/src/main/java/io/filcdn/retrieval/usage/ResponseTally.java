package io.filcdn.retrieval.usage;

import java.util.Optional;

/**
 * The count of one response. Its bytes are billable at once where they come from the cache; where
 * they come from a fill, once that verifies. What was reserved for it and not sent is given back at
 * its end.
 */
public final class ResponseTally {

  private final EgressKey key;
  private final long reserved;
  private final EgressCounts counts;
  private final Quota quota;
  private Optional<UnverifiedEgress> fill;
  private long accepted;
  private boolean ended;

  ResponseTally(
      EgressKey key,
      long reserved,
      EgressCounts counts,
      Quota quota,
      Optional<UnverifiedEgress> fill) {
    this.key = key;
    this.reserved = reserved;
    this.counts = counts;
    this.quota = quota;
    this.fill = fill;
  }

  /** What the bytes are counted under. */
  public EgressKey key() {
    return key;
  }

  /** How many bytes were accepted so far. */
  public long acceptedBytes() {
    return accepted;
  }

  /** From now on the bytes come from another fill. */
  public void from(Optional<UnverifiedEgress> other) {
    fill = other;
  }

  /** The client's socket accepted that many more body bytes. */
  public void accepted(long bytes) {
    accepted += bytes;
    add(bytes, 0);
  }

  /** The response is over, whole or not; later calls count nothing. */
  public void ended() {
    if (!ended) {
      ended = true;
      add(0, 1);
      if (reserved > accepted) {
        quota.giveBack(Quota.Kind.CDN, key.dataSet(), reserved - accepted);
      }
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
