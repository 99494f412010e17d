package io.filcdn.settlement.contracts;

import io.filcdn.common.chain.Epoch;
import io.filcdn.common.payment.TokenAmount;

/**
 * The answer of {@code dataSetUsage} about a data set.
 *
 * @param cdn owed along the CDN rail
 * @param cacheMiss owed along the cache-miss rail
 * @param maxReported the highest toEpoch reported; 0 where none was
 */
public record OnChainUsage(TokenAmount cdn, TokenAmount cacheMiss, Epoch maxReported) {}
