package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.settlement.model.Allowance;
import io.filcdn.settlement.model.Grants;
import io.filcdn.settlement.model.OwnRollups;
import io.filcdn.settlement.model.PriceList;
import io.filcdn.settlement.model.ReportingState;
import io.filcdn.settlement.model.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ReportingState} as the query in {@link ReportingStates} returns it: its columns, in
 * order.
 */
record ReportingStateRow(
    String dataSet,
    Long cdnBytes,
    Long cacheMissBytes,
    Long asOf,
    @Nullable Long unreportedSince,
    Long reportedCdnBytes,
    Long reportedCacheMissBytes,
    @Nullable Long lastReported,
    Long openCdnBytes,
    Long openCacheMissBytes,
    Long coveredCdnBytes,
    Long coveredCacheMissBytes,
    Long othersCdnBytes,
    Long othersCacheMissBytes,
    @Nullable Long lastOwn,
    @Nullable Long lastOwnIncluded,
    Boolean inFlight,
    @Nullable Long unindexedSince,
    BigDecimal cdnFinal,
    BigDecimal cdnUnfinal,
    BigDecimal cacheMissFinal,
    BigDecimal cacheMissUnfinal) {

  ReportingState toState(PriceList prices) {
    return new ReportingState(
        DataSetId.of(dataSet),
        usage(cdnBytes, cacheMissBytes),
        new Epoch(asOf),
        epoch(unreportedSince),
        usage(reportedCdnBytes, reportedCacheMissBytes),
        epoch(lastReported),
        new OwnRollups(
            usage(openCdnBytes, openCacheMissBytes),
            usage(coveredCdnBytes, coveredCacheMissBytes),
            usage(othersCdnBytes, othersCacheMissBytes),
            epoch(lastOwn),
            epoch(lastOwnIncluded),
            inFlight,
            Optional.ofNullable(unindexedSince).map(Instant::ofEpochSecond)),
        allowance(prices));
  }

  private Allowance allowance(PriceList prices) {
    Usage told =
        usage(
            Math.max(0, reportedCdnBytes - coveredCdnBytes),
            Math.max(0, reportedCacheMissBytes - coveredCacheMissBytes));
    Grants certain = new Grants(amount(cdnFinal), amount(cacheMissFinal));
    Grants likely = certain.plus(new Grants(amount(cdnUnfinal), amount(cacheMissUnfinal)));
    return new Allowance(prices.bytes(certain, told), prices.bytes(likely, told));
  }

  private static TokenAmount amount(BigDecimal units) {
    return new TokenAmount(units.toBigIntegerExact());
  }

  private static Usage usage(long cdn, long cacheMiss) {
    return new Usage(ByteCount.of(cdn), ByteCount.of(cacheMiss));
  }

  private static Optional<Epoch> epoch(@Nullable Long value) {
    return Optional.ofNullable(value).map(Epoch::new);
  }
}
