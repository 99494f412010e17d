package io.filcdn.metrics.odometer;

import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;

/**
 * The bytes that a data set was served without anyone paying for them, for one reason.
 *
 * @param bytes that clients received
 * @param fillBytes that its provider supplied for them
 */
public record Unbilled(
    DataSetId dataSet,
    EgressRow.Reason reason,
    long requests,
    ByteCount bytes,
    ByteCount fillBytes) {

  /** The key that sums of unbilled bytes are told apart by. */
  record Key(DataSetId dataSet, EgressRow.Reason reason) {}

  /** The sum of two of the same data set and reason; 2⁶³ − 1 stands for more than that. */
  Unbilled plus(Unbilled other) {
    return new Unbilled(
        dataSet,
        reason,
        capped(requests, other.requests),
        ByteCount.of(capped(bytes.bytes(), other.bytes.bytes())),
        ByteCount.of(capped(fillBytes.bytes(), other.fillBytes.bytes())));
  }

  private static long capped(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }
}
