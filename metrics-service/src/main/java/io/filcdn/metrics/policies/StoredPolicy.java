package io.filcdn.metrics.policies;

import io.filcdn.common.access.PolicyRecord;
import io.filcdn.wallet.SignedGrant;
import java.time.Instant;

/**
 * A policy as it is kept.
 *
 * @param number larger than those of policies that were first set before it
 * @param grant that set it
 * @param posted when it came
 */
public record StoredPolicy(long number, PolicyRecord record, SignedGrant grant, Instant posted) {}
