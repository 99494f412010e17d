package io.filcdn.metrics.query;

import java.math.BigInteger;

/** The bytes left of a data set's quota, under the names that clients of the stats API know. */
public record DataSetQuota(BigInteger cdnEgressQuota, BigInteger cacheMissEgressQuota) {}
