package io.filcdn.metrics.odometer;

import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;

/**
 * What a data set was served without anyone paying for it, for one reason.
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

  /** What sums of unbilled bytes are told apart by. */
  record Of(DataSetId dataSet, EgressRow.Reason reason) {}

  /**
   * The sum of two of the same data set and reason.
   *
   * @throws ArithmeticException where a part of it exceeds 2⁶³ − 1
   */
  Unbilled plus(Unbilled other) {
    return new Unbilled(
        dataSet,
        reason,
        Math.addExact(requests, other.requests),
        bytes.plus(other.bytes),
        fillBytes.plus(other.fillBytes));
  }
}
