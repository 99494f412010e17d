package io.filcdn.metrics.query;

import io.filcdn.metrics.series.Sums;
import java.math.BigInteger;

/**
 * The sums of what was served, as the API shows them.
 *
 * @param egressBytes billable bytes that clients received
 * @param cacheMissBytes what providers supplied for them
 * @param requests retrievals whose bytes are billable
 * @param cacheMissRequests those of them that started a fetch from a provider
 * @param unbilledBytes bytes that clients received and nobody pays for
 */
public record ServedSums(
    BigInteger egressBytes,
    BigInteger cacheMissBytes,
    BigInteger requests,
    BigInteger cacheMissRequests,
    BigInteger unbilledBytes) {

  static ServedSums of(Sums sums) {
    return new ServedSums(
        BigInteger.valueOf(sums.cdnBytes()),
        BigInteger.valueOf(sums.cacheMissBytes()),
        BigInteger.valueOf(sums.requests()),
        BigInteger.valueOf(sums.cacheMissRequests()),
        BigInteger.valueOf(sums.unbilledBytes()));
  }
}
