package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Rail;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.Settled;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.odometer.Odometer;
import io.filcdn.metrics.odometer.Odometer.Totals;
import io.filcdn.metrics.odometer.Unbilled;
import io.filcdn.metrics.quota.Quota;
import io.filcdn.metrics.quota.QuotaTerms;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * The account of a data set's bytes: all that is known of them, side by side.
 *
 * @param payer with provider, withCdn and deleted absent while the index has not told of it
 * @param asOf the epoch by whose end all that is counted had been served; absent while nothing is
 * @param lastReportedEpoch absent while nothing was reported on chain
 */
public record DataSetAccount(
    DataSetId dataSet,
    Optional<Address> payer,
    Optional<ProviderId> provider,
    Optional<Boolean> withCdn,
    Optional<Boolean> deleted,
    Bytes cdn,
    Bytes cacheMiss,
    BigInteger requests,
    BigInteger cacheMissRequests,
    Optional<Epoch> asOf,
    Optional<Epoch> lastReportedEpoch,
    List<Free> unbilled) {

  static DataSetAccount of(
      DataSetId id,
      Optional<DataSetRecord> told,
      Optional<Odometer> counted,
      List<Unbilled> unbilled,
      QuotaTerms terms) {
    Totals used = counted.map(Odometer::totals).orElse(Totals.NONE);
    Quota quota =
        told.map(known -> terms.quota(known, used)).orElseGet(() -> terms.quota(TopUps.NONE, used));
    Reported reported = told.map(DataSetRecord::reported).orElse(Reported.NONE);
    Settled settled = told.map(DataSetRecord::settled).orElse(Settled.NONE);
    return new DataSetAccount(
        id,
        told.map(DataSetRecord::payer),
        told.map(DataSetRecord::provider),
        told.map(DataSetRecord::withCdn),
        told.map(DataSetRecord::deleted),
        Bytes.of(
            quota.cdn(),
            used.cdnBytes(),
            reported.cdnBytes(),
            new Paid(terms.cdnRatePerTib(), settled.cdn(), told.flatMap(DataSetRecord::cdnRail))),
        Bytes.of(
            quota.cacheMiss(),
            used.cacheMissBytes(),
            reported.cacheMissBytes(),
            new Paid(
                terms.cacheMissRatePerTib(),
                settled.cacheMiss(),
                told.flatMap(DataSetRecord::cacheMissRail))),
        BigInteger.valueOf(used.requests()),
        BigInteger.valueOf(used.cacheMissRequests()),
        counted.map(Odometer::asOf),
        told.flatMap(DataSetRecord::lastReportedEpoch),
        unbilled.stream().map(Free::of).toList());
  }

  /**
   * One of the two kinds of bytes.
   *
   * @param used what the odometer shows
   * @param reported what stands on chain, final or not
   * @param unreported used less reported; below 0 where more was reported than counted
   * @param cost the price of what was used, in the token's smallest unit
   * @param settled what of it was paid
   * @param owed the price of what was reported, less what was settled
   * @param railEnds the first epoch in which its rail cannot be settled any more; absent while the
   *     rail lives, or there is none
   */
  public record Bytes(
      BigInteger granted,
      BigInteger used,
      BigInteger remaining,
      BigInteger reported,
      BigInteger unreported,
      BigInteger cost,
      BigInteger settled,
      BigInteger owed,
      Optional<Epoch> railEnds) {

    private static Bytes of(Quota.Part quota, ByteCount used, ByteCount reported, Paid paid) {
      BigInteger counted = BigInteger.valueOf(used.bytes());
      BigInteger onChain = BigInteger.valueOf(reported.bytes());
      return new Bytes(
          quota.granted().bytes(),
          counted,
          quota.remaining().bytes(),
          onChain,
          counted.subtract(onChain),
          QuotaTerms.price(paid.ratePerTib(), counted),
          paid.settled().units(),
          QuotaTerms.price(paid.ratePerTib(), onChain).subtract(paid.settled().units()),
          paid.rail().flatMap(Rail::endEpoch));
    }
  }

  /** The payments for one of the two kinds of bytes. */
  private record Paid(TokenAmount ratePerTib, TokenAmount settled, Optional<Rail> rail) {}

  /** The bytes that were served and nobody pays for, for one reason. */
  public record Free(String reason, BigInteger requests, BigInteger bytes, BigInteger fillBytes) {

    private static Free of(Unbilled unbilled) {
      return new Free(
          unbilled.reason().toString(),
          BigInteger.valueOf(unbilled.requests()),
          BigInteger.valueOf(unbilled.bytes().bytes()),
          BigInteger.valueOf(unbilled.fillBytes().bytes()));
    }
  }
}
