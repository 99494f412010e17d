package io.filcdn.metrics.odometer;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.UsageRecord;

/**
 * The totals of a data set since it was first seen.
 *
 * @param totals what was counted
 * @param asOf the epoch by whose end all of it had been served
 * @param version counts the changes of this odometer
 */
public record Odometer(
    DataSetId dataSet, long countGeneration, Totals totals, Epoch asOf, long version) {

  /** As other services are told. */
  public UsageRecord usage() {
    return new UsageRecord(
        dataSet, countGeneration, totals.cdnBytes(), totals.cacheMissBytes(), asOf);
  }

  /**
   * Billable egress and what it took.
   *
   * @param cdnBytes all billable egress, misses included
   * @param cacheMissBytes bytes that providers supplied to verified fills
   * @param requests retrievals whose bytes are billable
   * @param cacheMissRequests those of them that started a fill
   */
  public record Totals(
      ByteCount cdnBytes, ByteCount cacheMissBytes, long requests, long cacheMissRequests) {

    public static final Totals NONE = new Totals(ByteCount.ZERO, ByteCount.ZERO, 0, 0);

    /** The bytes that one row adds: none, where nobody pays for it. */
    public static Totals of(EgressRow row) {
      return switch (row) {
        case EgressRow.Egress egress -> {
          long misses = egress.cache() == CacheOutcome.MISS ? egress.requests() : 0;
          yield new Totals(egress.egressBytes(), ByteCount.ZERO, egress.requests(), misses);
        }
        case EgressRow.Fill fill -> new Totals(ByteCount.ZERO, fill.fillBytes(), 0, 0);
        case EgressRow.Unbilled _ -> NONE;
      };
    }

    /**
     * The sum.
     *
     * @throws ArithmeticException where a part of it exceeds 2⁶³ − 1
     */
    public Totals plus(Totals other) {
      return new Totals(
          cdnBytes.plus(other.cdnBytes),
          cacheMissBytes.plus(other.cacheMissBytes),
          Math.addExact(requests, other.requests),
          Math.addExact(cacheMissRequests, other.cacheMissRequests));
    }
  }
}
