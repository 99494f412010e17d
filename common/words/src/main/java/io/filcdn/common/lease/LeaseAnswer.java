package io.filcdn.common.lease;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import java.util.List;
import java.util.Optional;

/**
 * The leases that a journal holds, in answer to a {@link LeaseRequest}.
 *
 * @param closed whether the journal's leases were ended for good: nothing is given to it any more
 * @param millisToLive how long after the request was sent responses may begin on these leases,
 *     unless they are renewed
 * @param leases one for each ask, in their order; none where the journal is closed
 */
public record LeaseAnswer(boolean closed, long millisToLive, List<Lease> leases) {

  public LeaseAnswer {
    leases = List.copyOf(requireNonNull(leases, "leases is missing"));
    if (millisToLive < 0) {
      throw new IllegalArgumentException(
          "expected at least 0 milliseconds to live, found " + millisToLive);
    }
  }

  /**
   * The bytes that a journal was given of one of a data set's quotas.
   *
   * @param acquired the sum that it was given
   * @param returned the sum that it gave back
   * @param applied the sum that its egress records have used
   * @param unspent what of all that was paid for no record of any journal has used; some of it may
   *     be held by others. Absent where metrics has not heard of the data set yet
   */
  public record Lease(
      DataSetId dataSet,
      QuotaRecord.Kind quota,
      ByteCount acquired,
      ByteCount returned,
      ByteCount applied,
      Optional<ByteCount> unspent) {
    public Lease {
      requireNonNull(dataSet, "dataSet is missing");
      requireNonNull(quota, "quota is missing");
      requireNonNull(acquired, "acquired is missing");
      requireNonNull(returned, "returned is missing");
      requireNonNull(applied, "applied is missing");
    }
  }
}
