package io.filcdn.metrics.query;

import java.math.BigInteger;

/** The sums over a payer's data sets, under the names that clients of the stats API know. */
public record PayerTotals(
    BigInteger totalRequests,
    BigInteger cacheMissRequests,
    BigInteger totalEgressBytes,
    BigInteger cacheMissEgressBytes,
    BigInteger remainingCDNEgressBytes,
    BigInteger remainingCacheMissEgressBytes) {}
