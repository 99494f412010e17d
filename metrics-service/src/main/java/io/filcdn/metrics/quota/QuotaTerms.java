package io.filcdn.metrics.quota;

import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.Generation;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.odometer.Odometer;
import java.math.BigInteger;

/**
 * The terms by which top-ups become quota.
 *
 * @param cdnRatePerTib the price of 2⁴⁰ bytes of egress
 * @param cacheMissRatePerTib the price of 2⁴⁰ bytes from providers
 * @param unfinalLimit how much of what a reorg can still take back counts, of each rail of a data
 *     set
 * @param withoutRails what each quota of a data set is that has no rails to pay into: those of the
 *     first pandora contract, which are served and never reported
 */
public record QuotaTerms(
    TokenAmount cdnRatePerTib,
    TokenAmount cacheMissRatePerTib,
    TokenAmount unfinalLimit,
    ByteCount withoutRails) {

  private static final int TIB_BITS = 40;

  public QuotaTerms {
    requirePositive(cdnRatePerTib);
    requirePositive(cacheMissRatePerTib);
  }

  /**
   * The price of bytes as the contract fixes it: the rate of one, rounded down, times the bytes.
   */
  public static BigInteger price(TokenAmount ratePerTib, BigInteger bytes) {
    return ratePerTib.units().shiftRight(TIB_BITS).multiply(bytes);
  }

  /** The quota of a data set that used {@code used}. */
  public Quota quota(DataSetRecord dataSet, Odometer.Totals used) {
    return quota(Funds.of(dataSet), used);
  }

  /** The quota of a data set that has {@code funds} and used {@code used}. */
  public Quota quota(Funds funds, Odometer.Totals used) {
    boolean hadNoRails = funds.dataSet().generation() == Generation.PANDORA && !funds.hasCdnRail();
    return hadNoRails ? withoutRails(used) : quota(funds.topUps(), used);
  }

  private Quota withoutRails(Odometer.Totals used) {
    ByteAllowance granted = new ByteAllowance(BigInteger.valueOf(withoutRails.bytes()));
    return new Quota(
        new Quota.Part(granted, granted.less(used.cdnBytes())),
        new Quota.Part(granted, granted.less(used.cacheMissBytes())));
  }

  /** The quota of a data set that paid in {@code topUps} and used {@code used}. */
  public Quota quota(TopUps topUps, Odometer.Totals used) {
    return new Quota(
        part(topUps.cdnFinal(), topUps.cdnUnfinal(), cdnRatePerTib, used.cdnBytes()),
        part(
            topUps.cacheMissFinal(),
            topUps.cacheMissUnfinal(),
            cacheMissRatePerTib,
            used.cacheMissBytes()));
  }

  private Quota.Part part(
      TokenAmount paid, TokenAmount unfinal, TokenAmount ratePerTib, ByteCount used) {
    TokenAmount counted = unfinal.compareTo(unfinalLimit) > 0 ? unfinalLimit : unfinal;
    ByteAllowance granted = ByteAllowance.bought(paid.plus(counted), ratePerTib);
    return new Quota.Part(granted, granted.less(used));
  }

  private static void requirePositive(TokenAmount rate) {
    if (rate.equals(TokenAmount.ZERO)) {
      throw new IllegalArgumentException("expected a rate per TiB above 0, found 0");
    }
  }
}
