package io.filcdn.settlement.ledger;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A {@link Standing} as the query in {@link Standings} returns it: its columns, in order. */
record StandingRow(
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

  Standing toStanding(PriceList prices) {
    return new Standing(
        DataSetId.of(dataSet),
        usage(cdnBytes, cacheMissBytes),
        new Epoch(asOf),
        epoch(unreportedSince),
        usage(reportedCdnBytes, reportedCacheMissBytes),
        epoch(lastReported),
        new Own(
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
