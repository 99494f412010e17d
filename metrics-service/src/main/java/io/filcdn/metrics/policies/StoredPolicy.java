package io.filcdn.metrics.policies;

import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.wallet.SignedGrant;
import java.time.Instant;

/**
 * A policy as it is kept.
 *
 * @param number larger than those of policies that were first set before it
 * @param grant that set it
 * @param posted when it came
 * @param used of its caps in all and of the day
 */
public record StoredPolicy(
    long number, PolicyRecord record, SignedGrant grant, Instant posted, CapUse used) {

  /**
   * The bytes of a data set that were served under caps of its policies, as far as edges told.
   *
   * @param bytes in all, while there was a cap on them
   * @param bytesToday of this day in UTC, while there was a cap on those
   */
  public record CapUse(ByteCount bytes, ByteCount bytesToday) {}
}
