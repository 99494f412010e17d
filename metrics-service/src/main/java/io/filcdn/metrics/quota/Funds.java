package io.filcdn.metrics.quota;

import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.DataSetId;

/**
 * The facts that a data set's quota is reckoned from, as the index tells them.
 *
 * @param hasCdnRail whether there is a rail to pay into
 * @param served whether the CDN is on for it and it is still there
 */
public record Funds(DataSetId dataSet, TopUps topUps, boolean hasCdnRail, boolean served) {

  static Funds of(DataSetRecord record) {
    return new Funds(
        record.dataSet(),
        record.topUps(),
        record.cdnRail().isPresent(),
        record.withCdn() && !record.deleted());
  }
}
