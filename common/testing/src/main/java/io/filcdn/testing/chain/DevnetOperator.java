package io.filcdn.testing.chain;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The CDN operator's calls to a FilBeamOperator contract: reporting usage, settling it, ending the
 * CDN.
 */
public final class DevnetOperator {
  private final Devnet devnet;
  private final String contract;
  private final String account;

  DevnetOperator(Devnet devnet, String contract, String account) {
    this.devnet = devnet;
    this.contract = contract;
    this.account = account;
  }

  /** One data set's part of a report, in bytes. */
  public record Rollup(long dataSetId, BigInteger cdnBytes, BigInteger cacheMissBytes) {
    public static Rollup of(long dataSetId, long cdnBytes, long cacheMissBytes) {
      return new Rollup(
          dataSetId, BigInteger.valueOf(cdnBytes), BigInteger.valueOf(cacheMissBytes));
    }
  }

  /** The same contract, called by another account. */
  public DevnetOperator as(String other) {
    return new DevnetOperator(devnet, contract, other);
  }

  public Transaction report(long toEpoch, Rollup... rollups) {
    List<Rollup> all = List.of(rollups);
    return devnet.send(
        account,
        contract,
        Abi.encode(
            "recordUsageRollups(uint256,uint256[],uint256[],uint256[])",
            toEpoch,
            all.stream().map(rollup -> BigInteger.valueOf(rollup.dataSetId())).toList(),
            all.stream().map(Rollup::cdnBytes).toList(),
            all.stream().map(Rollup::cacheMissBytes).toList()));
  }

  public Transaction settleCdn(long... dataSetIds) {
    return devnet.send(
        account, contract, Abi.encode("settleCDNPaymentRails(uint256[])", ids(dataSetIds)));
  }

  public Transaction settleCacheMiss(long... dataSetIds) {
    return devnet.send(
        account, contract, Abi.encode("settleCacheMissPaymentRails(uint256[])", ids(dataSetIds)));
  }

  /** Ends the CDN of a data set: both rails, and the flag. */
  public Transaction terminateCdn(long dataSetId) {
    return devnet.send(
        account, contract, Abi.encode("terminateCDNPaymentRails(uint256)", dataSetId));
  }

  private static List<BigInteger> ids(long... dataSetIds) {
    return LongStream.of(dataSetIds).mapToObj(BigInteger::valueOf).toList();
  }
}
