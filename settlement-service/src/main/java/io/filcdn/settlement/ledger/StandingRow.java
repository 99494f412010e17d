package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A {@link Standing} as the query in {@link Standings} returns it: its columns, in order. */
record StandingRow(
    String dataSet,
    Long cdnBytes,
    Long cacheMissBytes,
    Long asOf,
    Long reportedCdnBytes,
    Long reportedCacheMissBytes,
    @Nullable Long lastReported,
    Long openCdnBytes,
    Long openCacheMissBytes,
    @Nullable Long lastOwn,
    @Nullable Long lastOwnIncluded,
    Boolean inFlight) {

  Standing toStanding() {
    return new Standing(
        DataSetId.of(dataSet),
        new Usage(ByteCount.of(cdnBytes), ByteCount.of(cacheMissBytes)),
        new Epoch(asOf),
        new Usage(ByteCount.of(reportedCdnBytes), ByteCount.of(reportedCacheMissBytes)),
        Optional.ofNullable(lastReported).map(Epoch::new),
        new Usage(ByteCount.of(openCdnBytes), ByteCount.of(openCacheMissBytes)),
        Optional.ofNullable(lastOwn).map(Epoch::new),
        Optional.ofNullable(lastOwnIncluded).map(Epoch::new),
        inFlight);
  }
}
