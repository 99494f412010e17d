package io.filcdn.settlement.model;

import io.filcdn.common.chain.Epoch;
import java.time.Instant;
import java.util.Optional;

/**
 * The content of our own rollups about a data set to the operator contract in office; those that
 * were reverted or dropped say nothing.
 *
 * @param open what those beyond the index's last toEpoch hold
 * @param covered what the others hold, so that the index must show it
 * @param others what the index showed of others' reports when one of ours was signed, at most; our
 *     own reports to operator contracts of the past are others' here
 * @param last the highest toEpoch
 * @param lastIncluded the highest of those that were seen in a block
 * @param inFlight whether one still has to be included deep enough
 * @param unindexedSince since when one is final that the index does not know
 */
public record OwnRollups(
    Usage open,
    Usage covered,
    Usage others,
    Optional<Epoch> last,
    Optional<Epoch> lastIncluded,
    boolean inFlight,
    Optional<Instant> unindexedSince) {

  /** No rollups at all. */
  public static final OwnRollups NOTHING =
      new OwnRollups(
          Usage.NONE,
          Usage.NONE,
          Usage.NONE,
          Optional.empty(),
          Optional.empty(),
          false,
          Optional.empty());
}
