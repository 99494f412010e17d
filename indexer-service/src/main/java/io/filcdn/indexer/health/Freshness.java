package io.filcdn.indexer.health;

import java.time.Duration;
import java.util.Optional;

/** The check that the index is as new as it has to be. */
public final class Freshness {

  private final Progress progress;
  private final Bounds bounds;

  /**
   * The bounds of an index that is fresh.
   *
   * @param maxLagBlocks blocks that it may be behind the head
   * @param maxAge the time for which the head may stay the same
   */
  public record Bounds(long maxLagBlocks, Duration maxAge) {}

  public Freshness(Progress progress, Bounds bounds) {
    this.progress = progress;
    this.bounds = bounds;
  }

  /** The reason why it is not; empty where it is. */
  public Optional<String> failure() {
    Progress.Snapshot now = progress.now();
    if (now.state().isAmiss()) {
      return Optional.of(now.state().text() + now.detail().map(why -> ": " + why).orElse(""));
    }
    if (now.state() == Progress.State.STANDBY) {
      return Optional.empty(); // another process answers for the index
    }
    long lag = now.lagBlocks().orElse(Long.MAX_VALUE);
    if (lag > bounds.maxLagBlocks()) {
      return Optional.of(
          "expected the index at most %d blocks behind the head, found %s"
              .formatted(
                  bounds.maxLagBlocks(), now.lagBlocks().map(Object::toString).orElse("it empty")));
    }
    return progress.headAge().compareTo(bounds.maxAge()) > 0
        ? Optional.of(
            "expected a new head within %s, found the same for %s"
                .formatted(bounds.maxAge(), progress.headAge()))
        : Optional.empty();
  }
}
