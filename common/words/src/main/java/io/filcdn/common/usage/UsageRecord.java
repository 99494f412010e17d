package io.filcdn.common.usage;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;

/**
 * A data set's odometer on {@code filcdn.usage}. Records come at least once and can come late: the
 * higher {@code countGeneration} wins, then the larger totals.
 *
 * @param countGeneration 1 at first; one more after each rebuild that changed the totals
 * @param cdnBytes all billable egress so far, misses included
 * @param cacheMissBytes all bytes so far that providers supplied to verified fills
 * @param asOf the epoch by whose end all of this had been served
 */
public record UsageRecord(
    DataSetId dataSet,
    long countGeneration,
    ByteCount cdnBytes,
    ByteCount cacheMissBytes,
    Epoch asOf) {

  public UsageRecord {
    requireNonNull(dataSet, "dataSet is missing");
    requireNonNull(cdnBytes, "cdnBytes is missing");
    requireNonNull(cacheMissBytes, "cacheMissBytes is missing");
    requireNonNull(asOf, "asOf is missing");
  }

  /** True if this record is to be kept where {@code other} is also at hand. */
  public boolean supersedes(UsageRecord other) {
    if (countGeneration != other.countGeneration) {
      return countGeneration > other.countGeneration;
    }
    int byCdn = cdnBytes.compareTo(other.cdnBytes);
    int byMiss = cacheMissBytes.compareTo(other.cacheMissBytes);
    return byCdn > 0 || byMiss > 0 || byCdn == 0 && byMiss == 0 && asOf.isAfter(other.asOf);
  }
}
