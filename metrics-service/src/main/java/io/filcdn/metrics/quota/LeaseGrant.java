package io.filcdn.metrics.quota;

import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.piece.ByteCount;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * The decision on one ask: what its journal holds then, and what all journals do. It is made of
 * sums that nobody else may change before it is stored.
 *
 * @param unspent what nobody has used of the quota; absent where there is none that is known
 */
public record LeaseGrant(Holding was, Holding now, Held all, Optional<Long> unspent) {

  /**
   * The sums of all journals in a quota.
   *
   * @param bytes that they hold
   * @param used that their edges say to have served of it, where no record tells
   */
  public record Held(long bytes, long used) {}

  /**
   * Decides.
   *
   * @param was what the journal holds
   * @param all what all journals hold, this one among them
   * @param unspent of the quota, of which edges say to have used so much
   */
  public static LeaseGrant of(
      Ask ask, Holding was, Held all, LongFunction<Optional<Long>> unspent, LeaseSize size) {
    Holding less =
        ask.used()
            // of what only the edge tells it cannot give back what it said was used
            .map(used -> was.returnedUnused(ask.returned()).used(used))
            .orElseGet(() -> was.returned(ask.returned()));
    long used = Math.addExact(all.used(), less.applied().bytes() - was.applied().bytes());
    Optional<Long> left = unspent.apply(used);
    long heldByOthers = all.bytes() - was.held();
    long free = left.orElse(0L) - heldByOthers - less.held();
    Holding now = less.given(size.of(ask, was.acquired().bytes(), free));
    return new LeaseGrant(was, now, new Held(heldByOthers + now.held(), used), left);
  }

  /** True where there is something to store. */
  public boolean changes() {
    return !now.equals(was);
  }

  /** The answer to the ask. */
  public Lease lease(Ask ask) {
    return new Lease(
        ask.name(), now.acquired(), now.returned(), now.applied(), unspent.map(ByteCount::of));
  }
}
