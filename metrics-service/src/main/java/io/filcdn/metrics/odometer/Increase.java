package io.filcdn.metrics.odometer;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.odometer.Odometer.Totals;

/** The bytes added to an odometer, and the epoch by whose end all of them had been served. */
public record Increase(DataSetId dataSet, Totals totals, Epoch servedBy) {

  /** The sum of two of the same data set. */
  Increase plus(Increase other) {
    return new Increase(
        dataSet,
        totals.plus(other.totals),
        servedBy.isAfter(other.servedBy) ? servedBy : other.servedBy);
  }
}
