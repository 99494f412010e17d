package io.filcdn.metrics.query;

import io.filcdn.common.chain.Address;
import io.filcdn.common.chain.Epoch;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.index.DataSetRecord.TopUps;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
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
    return new DataSetAccount(
        id,
        told.map(DataSetRecord::payer),
        told.map(DataSetRecord::provider),
        told.map(DataSetRecord::withCdn),
        told.map(DataSetRecord::deleted),
        Bytes.of(quota.cdn(), used.cdnBytes(), reported.cdnBytes()),
        Bytes.of(quota.cacheMiss(), used.cacheMissBytes(), reported.cacheMissBytes()),
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
   */
  public record Bytes(
      BigInteger granted,
      BigInteger used,
      BigInteger remaining,
      BigInteger reported,
      BigInteger unreported) {

    private static Bytes of(Quota.Part quota, ByteCount used, ByteCount reported) {
      BigInteger counted = BigInteger.valueOf(used.bytes());
      BigInteger onChain = BigInteger.valueOf(reported.bytes());
      return new Bytes(
          quota.granted().bytes(),
          counted,
          quota.remaining().bytes(),
          onChain,
          counted.subtract(onChain));
    }
  }

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
